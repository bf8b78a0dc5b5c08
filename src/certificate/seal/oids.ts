/** Object identifiers, with where they are defined. */
export const OID = {
  /** RFC 5652, CMS */
  data: "1.2.840.113549.1.7.1",
  signedData: "1.2.840.113549.1.7.2",
  contentType: "1.2.840.113549.1.9.3",
  messageDigest: "1.2.840.113549.1.9.4",
  signingTime: "1.2.840.113549.1.9.5",
  /** RFC 5035 */
  signingCertificateV2: "1.2.840.113549.1.9.16.2.47",
  /** RFC 3161 */
  timeStampInfo: "1.2.840.113549.1.9.16.1.4",
  timeStampToken: "1.2.840.113549.1.9.16.2.14",
  timeStamping: "1.3.6.1.5.5.7.3.8",
  sha1: "1.3.14.3.2.26",
  sha256: "2.16.840.1.101.3.4.2.1",
  sha384: "2.16.840.1.101.3.4.2.2",
  sha512: "2.16.840.1.101.3.4.2.3",
  rsa: "1.2.840.113549.1.1.1",
  rsaWithSha256: "1.2.840.113549.1.1.11",
  rsaWithSha384: "1.2.840.113549.1.1.12",
  rsaWithSha512: "1.2.840.113549.1.1.13",
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  ecdsaWithSha384: "1.2.840.10045.4.3.3",
  ecdsaWithSha512: "1.2.840.10045.4.3.4",
} as const;

/** The hash in node:crypto of each signature algorithm that is believed. */
export const SIGNATURE_DIGESTS: Readonly<Record<string, string | undefined>> = {
  [OID.rsaWithSha256]: "sha256",
  [OID.rsaWithSha384]: "sha384",
  [OID.rsaWithSha512]: "sha512",
  [OID.ecdsaWithSha256]: "sha256",
  [OID.ecdsaWithSha384]: "sha384",
  [OID.ecdsaWithSha512]: "sha512",
};
