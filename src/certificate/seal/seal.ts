import type { SignatureAlgorithm } from "./cms.ts";

/** The key that seals. It never leaves its keeper: a file, a module or a provider. */
export interface Seal {
  /** DER; the signing certificate first, then its issuers, without the root. */
  readonly chain: readonly Buffer[];
  readonly algorithm: SignatureAlgorithm;
  /**
   * Signs the DER of the signed attributes; ECDSA signatures in DER.
   *
   * @throws CertificateDelayed when the key is not to be had now
   */
  sign(signedAttributes: Buffer): Promise<Buffer>;
}
