import type { X509Certificate } from "node:crypto";

const LONGEST = 6;

/**
 * The path from a certificate to one that is trusted (RFC 5280, 6, without policies): each is issued
 * and signed by the next, is valid at the instant, and may issue. Undefined when there is none.
 */
export function trustedPath(
  certificate: X509Certificate,
  pool: readonly X509Certificate[],
  trusted: readonly X509Certificate[],
  at: Date,
): X509Certificate[] | undefined {
  const path = [certificate];
  for (let current = certificate; path.length <= LONGEST;) {
    if (!isValidAt(current, at)) return undefined;
    if (trusted.some(({ raw }) => raw.equals(current.raw))) return path;
    const issuer = [...trusted, ...pool].find((one) => isIssuedBy(current, one));
    if (!issuer || path.includes(issuer)) return undefined;
    path.push(issuer);
    current = issuer;
  }
  return undefined;
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function isValidAt({ validFrom, validTo }: X509Certificate, at: Date): boolean {
  return new Date(validFrom) <= at && at <= new Date(validTo);
}
