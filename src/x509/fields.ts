import { children, expectTag, readBits, readDer, TAG } from "./der.ts";

/** Parts of a certificate as they are encoded (RFC 5280, 4.1). */
export interface CertificateFields {
  readonly serial: Buffer;
  readonly issuer: Buffer;
  readonly subject: Buffer;
  /** The bits of subjectPublicKey. */
  readonly publicKey: Buffer;
}

export function certificateFields(certificate: Buffer): CertificateFields {
  const [tbs] = children(readDer(certificate));
  const fields = children(expectTag(tbs, TAG.sequence)).filter(({ tag }) => tag !== 0xa0);
  const [serial, , issuer, , subject, publicKeyInfo] = fields;
  const [, publicKey] = children(expectTag(publicKeyInfo, TAG.sequence));
  return {
    serial: expectTag(serial, TAG.integer).bytes,
    issuer: expectTag(issuer, TAG.sequence).bytes,
    subject: expectTag(subject, TAG.sequence).bytes,
    publicKey: readBits(publicKey),
  };
}
