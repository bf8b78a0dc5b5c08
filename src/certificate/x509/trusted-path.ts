import type { KeyObject, X509Certificate } from "node:crypto";
import { OID } from "../seal/oids.ts";
import { constraintsOf } from "./extensions.ts";

/** What a key is used for. */
export type KeyUse = "seal" | "timeStamp" | "status";

const LONGEST = 6;
const DIGITAL_SIGNATURE = 0x80;
const NON_REPUDIATION = 0x40;

const OCSP_SIGNING = "1.3.6.1.5.5.7.3.9";
/** Purposes under which documents are signed, where a certificate names any. */
const SEALING = [
  "2.5.29.37.0", // any
  "1.3.6.1.5.5.7.3.2", // clientAuth, in the profiles of Spanish public bodies
  "1.3.6.1.5.5.7.3.4", // emailProtection
  "1.3.6.1.5.5.7.3.36", // documentSigning, RFC 9336
  "1.3.6.1.4.1.311.10.3.12", // document signing of Microsoft
  "1.2.840.113583.1.1.5", // authentic documents of Adobe
];

/** SHA-256, SHA-384 and SHA-512 with RSA, RSASSA-PSS and ECDSA. */
const SIGNATURES = new Set([
  ...[11, 12, 13, 10].map((arc) => `1.2.840.113549.1.1.${arc}`),
  ...[2, 3, 4].map((arc) => `1.2.840.10045.4.3.${arc}`),
]);
const CURVES = new Set([
  "prime256v1",
  "secp384r1",
  "secp521r1",
  "brainpoolP256r1",
  "brainpoolP384r1",
  "brainpoolP512r1",
]);

/**
 * The path from a certificate to one that is trusted (RFC 5280, 6.1, without policies): each is in force
 * at the instant, signed by the next with a hash and a key that are strong enough, has no critical
 * extension that is not evaluated here, and the next one may issue at that distance. The first may be
 * used for what it was. Undefined when there is none.
 *
 * @throws DerError when a certificate is not of the shape of the standard
 */
export function trustedPath(
  certificate: X509Certificate,
  {
    pool,
    trusted,
    at,
    use,
  }: {
    readonly pool: readonly X509Certificate[];
    readonly trusted: readonly X509Certificate[];
    readonly at: Date;
    readonly use: KeyUse;
  },
): X509Certificate[] | undefined {
  if (!mayBeUsedFor(certificate, use)) return undefined;
  const path = [certificate];
  for (let current = certificate; path.length <= LONGEST;) {
    if (!isInForce(current, at)) return undefined;
    if (trusted.some(({ raw }) => raw.equals(current.raw))) return path;
    const issuer = isSound(current)
      ? [...trusted, ...pool].find((one) => mayHaveIssued(one, current, path.length - 1))
      : undefined;
    if (!issuer || path.includes(issuer)) return undefined;
    path.push(issuer);
    current = issuer;
  }
  return undefined;
}

/**
 * Whether one certificate issued another and was allowed to.
 *
 * @param below how many authorities stand between the two and the end of the path
 */
export function mayHaveIssued(
  issuer: X509Certificate,
  issued: X509Certificate,
  below: number,
): boolean {
  // OpenSSL compares names and key identifiers, and asks for keyCertSign where there is a key usage.
  if (!issuer.ca || !issued.checkIssued(issuer) || !issued.verify(issuer.publicKey)) return false;
  const { longestPath } = constraintsOf(issuer);
  return longestPath === undefined || below <= longestPath;
}

/** Whether a certificate is one to rely upon: what it demands is understood, and it is hard to forge. */
export function isSound(certificate: X509Certificate): boolean {
  const { isUnderstood, algorithm } = constraintsOf(certificate);
  return isUnderstood && SIGNATURES.has(algorithm) && isStrong(certificate.publicKey);
}

function isStrong(key: KeyObject): boolean {
  const { modulusLength = 0, namedCurve = "" } = key.asymmetricKeyDetails ?? {};
  return key.asymmetricKeyType === "rsa" ? modulusLength >= 2048 : CURVES.has(namedCurve);
}

/** Whether the certificate lets its key be used so; an authority for time-stamps may do nothing else. */
export function mayBeUsedFor(certificate: X509Certificate, use: KeyUse): boolean {
  const { keyUsage, purposes } = constraintsOf(certificate);
  const signs = keyUsage === undefined || (keyUsage & (DIGITAL_SIGNATURE | NON_REPUDIATION)) !== 0;
  if (!signs) return false;
  switch (use) {
    case "seal":
      return purposes === undefined || purposes.list.some((one) => SEALING.includes(one));
    case "timeStamp":
      // RFC 3161, 2.3.
      return purposes?.critical === true && purposes.list.join() === OID.timeStamping;
    case "status":
      // RFC 6960, 4.2.2.2.
      return purposes?.list.includes(OCSP_SIGNING) === true;
  }
}

/** Whether a certificate is in force at an instant. */
export function isInForce({ validFrom, validTo }: X509Certificate, at: Date): boolean {
  return new Date(validFrom) <= at && at <= new Date(validTo);
}
