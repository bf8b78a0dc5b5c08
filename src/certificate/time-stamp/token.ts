import { createHash, type X509Certificate } from "node:crypto";
import {
  children,
  expectTag,
  readAlgorithm,
  readGeneralizedTime,
  readOid,
  readWholeDer,
  TAG,
} from "../../x509/der.ts";
import { OID } from "../seal/oids.ts";
import { openSignedData, signatureFault } from "../seal/signed-data.ts";
import { mayBeUsedFor } from "../../x509/trusted-path.ts";

/** What a token says, once it is verified. */
export interface TimeStamp {
  /** RFC 3161 genTime. */
  readonly at: Date;
  readonly authority: X509Certificate;
  readonly certificates: readonly X509Certificate[];
  readonly policy: string;
  /** Hexadecimal; undefined when the request carried none. */
  readonly nonce: string | undefined;
}

/** The token does not prove what it should. */
export class TimeStampError extends Error {
  override readonly name = "TimeStampError";
}

/**
 * Verifies a TimeStampToken (RFC 3161, 2.4.2): it is over this SHA-256, its signature holds, and the
 * key that made it may make time-stamps. Whether that key is trusted is the caller's question.
 *
 * @throws TimeStampError or DerError when not
 */
export function verifyToken(token: Buffer, sha256: Buffer): TimeStamp {
  const data = openSignedData(token);
  if (data.contentType !== OID.timeStampInfo || !data.content) {
    throw new TimeStampError("the token has no TSTInfo");
  }
  const fields = children(expectTag(readWholeDer(data.content), TAG.sequence));
  const [, policy, imprint, , generatedAt] = fields;
  const [imprintAlgorithm, imprintHash] = children(expectTag(imprint, TAG.sequence));
  const hash = readAlgorithm(imprintAlgorithm);
  if (hash !== OID.sha256 || imprintHash?.content.equals(sha256) !== true) {
    throw new TimeStampError("the token is over something else");
  }
  const contentDigest = createHash(data.digest).update(data.content).digest();
  const fault = signatureFault(data, contentDigest);
  // Authorities still name their certificate with the SHA-1 attribute of RFC 2634.
  if (fault !== undefined && fault !== "signingCertificate") {
    throw new TimeStampError(`the signature of the token does not hold: ${fault}`);
  }
  if (fault === "signingCertificate" && data.signedAttributes.has(OID.signingCertificateV2)) {
    throw new TimeStampError("the token names another certificate");
  }
  if (!mayBeUsedFor(data.signer, "timeStamp")) {
    throw new TimeStampError("the certificate is not one of a time-stamp authority");
  }
  const nonce = fields.slice(5).find(({ tag }) => tag === TAG.integer);
  return {
    at: readGeneralizedTime(generatedAt),
    authority: data.signer,
    certificates: data.certificates,
    policy: readOid(policy),
    nonce: nonce?.content.toString("hex"),
  };
}
