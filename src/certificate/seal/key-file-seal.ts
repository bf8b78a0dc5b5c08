import { createPrivateKey, sign, type KeyObject, type X509Certificate } from "node:crypto";
import { promisify } from "node:util";
import { readCertificates } from "../pem.ts";
import type { Seal } from "./seal.ts";

const signWith = promisify<string, Buffer, KeyObject, Buffer>(sign);

/** A seal whose key or chain cannot be used; told at start, in words for operators. */
export class SealError extends Error {
  override readonly name = "SealError";
}

/**
 * A seal whose key is in memory.
 *
 * @param key PEM of a P-256 or an RSA key of 3072 bits or more
 * @param chain PEM: the signing certificate, then its issuers; a root is left out
 * @throws SealError when they do not belong together or the key is too weak
 */
export function createKeySeal({
  key,
  chain,
}: {
  readonly key: string;
  readonly chain: string;
}): Seal {
  const privateKey = createPrivateKey(key);
  const { certificates, algorithm, signing } = readSealChain(chain);
  if (!signing.checkPrivateKey(privateKey)) {
    throw new SealError("the first certificate of the chain is not the one of the key");
  }
  return {
    chain: certificates,
    algorithm,
    sign: (signedAttributes) =>
      algorithm === "ecdsaWithSha256"
        ? Promise.resolve(sign("sha256", signedAttributes, privateKey))
        : signWith("sha256", signedAttributes, privateKey),
  };
}

/**
 * The certificates of a seal, wherever its key is.
 *
 * @param chain PEM: the signing certificate, then its issuers; a root is left out
 * @throws SealError when there is none, or its key is too weak
 */
export function readSealChain(chain: string): {
  readonly signing: X509Certificate;
  readonly certificates: readonly Buffer[];
  readonly algorithm: Seal["algorithm"];
} {
  const [signing, ...issuers] = readCertificates(chain);
  if (!signing) throw new SealError("the chain has no certificate");
  const intermediates = issuers.filter((certificate) => !certificate.checkIssued(certificate));
  return {
    signing,
    certificates: [signing, ...intermediates].map(({ raw }) => raw),
    algorithm: sealAlgorithm(signing.publicKey),
  };
}

function sealAlgorithm(key: KeyObject): Seal["algorithm"] {
  const { asymmetricKeyType, asymmetricKeyDetails } = key;
  if (asymmetricKeyType === "ec" && asymmetricKeyDetails?.namedCurve === "prime256v1") {
    return "ecdsaWithSha256";
  }
  if (asymmetricKeyType === "rsa" && (asymmetricKeyDetails?.modulusLength ?? 0) >= 3072) {
    return "rsaWithSha256";
  }
  throw new SealError("the key is neither P-256 nor RSA of 3072 bits or more");
}
