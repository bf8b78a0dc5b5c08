/** A time-stamp authority (RFC 3161). */
export interface TimeStampAuthority {
  /**
   * A TimeStampToken (DER of its ContentInfo) over a SHA-256. The caller verifies it before use.
   *
   * @throws CertificateDelayed when no token is to be had now
   */
  stamp(sha256: Buffer): Promise<Buffer>;
}
