import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";

/** Where a private key and the certificate of its public half lie, in PEM. */
export interface KeyPairFiles {
  readonly keyPath: string;
  /** Of an encrypted key. */
  readonly keyPassword: string | undefined;
  /** The certificate, then those of its issuers. */
  readonly certificatePath: string;
}

export interface KeyPair {
  readonly key: KeyObject;
  readonly chain: readonly [X509Certificate, ...X509Certificate[]];
}

/** A file that cannot be used; the message names it and says why, for the person who set it. */
export class KeyPairFault extends Error {
  override readonly name = "KeyPairFault";
}

/** @throws KeyPairFault */
export function readKeyPair({ keyPath, keyPassword, certificatePath }: KeyPairFiles): KeyPair {
  const key = readKey(keyPath, keyPassword);
  if (key.asymmetricKeyType !== "rsa" && key.asymmetricKeyType !== "ec") {
    throw new KeyPairFault(`${keyPath} must be an RSA or an EC key`);
  }
  const [certificate, ...issuers] = readCertificateFile(certificatePath);
  if (!certificate.checkPrivateKey(key)) {
    throw new KeyPairFault(
      `${keyPath} is not the key of the first certificate in ${certificatePath}`,
    );
  }
  return { key, chain: [certificate, ...issuers] };
}

/**
 * The certificates in a PEM file, in order.
 *
 * @throws KeyPairFault when there is none
 */
export function readCertificateFile(path: string): [X509Certificate, ...X509Certificate[]] {
  const text = readFile(path);
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    const [first, ...others] = blocks.map((block) => new X509Certificate(block));
    if (first) return [first, ...others];
  } catch {
    // Told below, with the name of the file.
  }
  throw new KeyPairFault(`${path} holds no certificate in PEM, or one that cannot be read`);
}

function readKey(path: string, passphrase: string | undefined): KeyObject {
  const pem = readFile(path);
  try {
    return createPrivateKey(passphrase === undefined ? pem : { key: pem, passphrase });
  } catch {
    throw new KeyPairFault(`${path} holds no private key in PEM, or its password is another`);
  }
}

function readFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw new KeyPairFault(`${path} cannot be read`);
  }
}
