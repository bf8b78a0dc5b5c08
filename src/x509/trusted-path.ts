import type { KeyObject, X509Certificate } from "node:crypto";
import { constraintsOf } from "./extensions.ts";

/** What a key is used for: by us and our authorities, or by callers. */
export type KeyUse = "seal" | "timeStamp" | "status" | CertificateUse;

/** What a caller's certificate is used for. */
export type CertificateUse = "signature" | "clientCertificate";

/** More than any hierarchy that issues certificates to people or organisations. */
const LONGEST = 7;
const DIGITAL_SIGNATURE = 0x80;
const NON_REPUDIATION = 0x40;

const ANY_PURPOSE = "2.5.29.37.0";
const CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";
const TIME_STAMPING = "1.3.6.1.5.5.7.3.8";
const OCSP_SIGNING = "1.3.6.1.5.5.7.3.9";
/** Purposes under which documents are sealed, where a certificate names any. */
const SEALING = [
  ANY_PURPOSE,
  CLIENT_AUTHENTICATION, // in the profiles of Spanish public bodies
  "1.3.6.1.5.5.7.3.4", // emailProtection
  "1.3.6.1.5.5.7.3.36", // documentSigning, RFC 9336
  "1.3.6.1.4.1.311.10.3.12", // document signing of Microsoft
  "1.2.840.113583.1.1.5", // authentic documents of Adobe
];

/** SHA-256, SHA-384 and SHA-512 with RSA and ECDSA, and alone: RSASSA-PSS tells its hash apart. */
const SIGNATURES = new Set([
  ...[11, 12, 13].map((arc) => `1.2.840.113549.1.1.${arc}`),
  ...[2, 3, 4].map((arc) => `1.2.840.10045.4.3.${arc}`),
  ...[1, 2, 3].map((arc) => `2.16.840.1.101.3.4.2.${arc}`),
]);

interface Issuers {
  /** Others that were shown: nothing is believed of them. */
  readonly pool: readonly X509Certificate[];
  readonly trusted: readonly X509Certificate[];
  /** When they have to be in force. */
  readonly at: Date;
}

/**
 * The path from a certificate to the first one that is trusted (RFC 5280, 6.1, without policies), both
 * included: each is in force at the instant, has a strong key and no critical extension that is not
 * evaluated here, name constraints among them; each but the last is signed with SHA-256 or better by the
 * next, which may issue at that distance; the first may be used for what it is. Undefined when there is
 * none.
 */
export function trustedPath(
  certificate: X509Certificate,
  { use, ...issuers }: Issuers & { readonly use: KeyUse },
): X509Certificate[] | undefined {
  if (!mayBeUsedFor(certificate, use)) return undefined;
  if (!isInForce(certificate, issuers.at) || !isSound(certificate)) return undefined;
  const path = pathFrom(certificate, issuers);
  const end = path.findIndex(({ raw }) => issuers.trusted.some((one) => one.raw.equals(raw)));
  return end < 0 ? undefined : path.slice(0, end + 1);
}

/** The same path as far up as it goes, whatever the first may be used for. */
export function pathFrom(
  certificate: X509Certificate,
  { pool, trusted, at }: Issuers,
): X509Certificate[] {
  // Who issued itself and is not trusted leads nowhere; another certificate of its key may.
  const candidates = [...trusted, ...pool.filter((one) => !one.checkIssued(one))];
  const inForce = candidates.filter((one) => isInForce(one, at));
  const path = [certificate];
  for (let current = certificate; path.length < LONGEST && !current.checkIssued(current);) {
    const issuer = issuerOf(current, inForce, path.length - 1);
    if (!issuer || path.some(({ raw }) => raw.equals(issuer.raw))) break;
    path.push(issuer);
    current = issuer;
  }
  return path;
}

/**
 * Who issued a certificate, and was allowed to; undefined as well when its signature is one of those
 * that can be forged, or when the issuer is not one to rely upon.
 *
 * @param below how many authorities stand between the two and the end of the path
 */
export function issuerOf(
  issued: X509Certificate,
  pool: readonly X509Certificate[],
  below: number,
): X509Certificate | undefined {
  if (!SIGNATURES.has(constraintsOf(issued).signature)) return undefined;
  return pool.find((issuer) => {
    // OpenSSL compares names and key identifiers, and asks for keyCertSign where there is a key usage.
    if (!issuer.ca || !issued.checkIssued(issuer) || !isSound(issuer)) return false;
    const { longestPath } = constraintsOf(issuer);
    if (longestPath !== undefined && below > longestPath) return false;
    return issued.verify(issuer.publicKey);
  });
}

/** Whether a certificate is one to rely upon: its demands are understood, and its key is strong. */
export function isSound(certificate: X509Certificate): boolean {
  const key = publicKeyOf(certificate);
  return key !== undefined && constraintsOf(certificate).isUnderstood && isStrong(key);
}

/** Undefined when it is of a kind that is not known here. */
function publicKeyOf(certificate: X509Certificate): KeyObject | undefined {
  try {
    return certificate.publicKey;
  } catch {
    return undefined;
  }
}

/** RSA of 2048 bits or more, or a curve of NIST from P-256 on. */
export function isStrong(key: KeyObject): boolean {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === "rsa") return (modulusLength ?? 0) >= 2048;
  return namedCurve === "prime256v1" || namedCurve === "secp384r1" || namedCurve === "secp521r1";
}

/** Whether the certificate lets its key be used so; an authority for time-stamps may do nothing else. */
export function mayBeUsedFor(certificate: X509Certificate, use: KeyUse): boolean {
  const { keyUsage, purposes } = constraintsOf(certificate);
  const bits =
    use === "clientCertificate" ? DIGITAL_SIGNATURE : DIGITAL_SIGNATURE | NON_REPUDIATION;
  if (keyUsage !== undefined && (keyUsage & bits) === 0) return false;
  const isFor = (...named: readonly string[]): boolean =>
    purposes === undefined || purposes.list.some((one) => named.includes(one));
  switch (use) {
    case "seal":
      return isFor(...SEALING);
    case "timeStamp":
      // RFC 3161, 2.3.
      return purposes?.critical === true && purposes.list.join() === TIME_STAMPING;
    case "status":
      // RFC 6960, 4.2.2.2.
      return purposes !== undefined && isFor(OCSP_SIGNING);
    case "signature":
      return !certificate.ca;
    case "clientCertificate":
      return !certificate.ca && isFor(CLIENT_AUTHENTICATION, ANY_PURPOSE);
  }
}

/** Whether a certificate is in force at an instant. */
export function isInForce({ validFrom, validTo }: X509Certificate, at: Date): boolean {
  return new Date(validFrom) <= at && at <= new Date(validTo);
}
