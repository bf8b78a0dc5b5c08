import type { KeyObject, X509Certificate } from "node:crypto";
import { BasicConstraints, Certificate } from "pkijs";
import type { BitString } from "asn1js";

/** What a caller's certificate is used for. */
export type CertificateUse = "signature" | "clientCertificate";

const LONGEST = 6;
const DIGITAL_SIGNATURE = 0x80;
const NON_REPUDIATION = 0x40;
const CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";
const ANY_PURPOSE = "2.5.29.37.0";

/**
 * The path from a caller's certificate to an authority that an entity trusts (RFC 5280, 6.1, without
 * policies): each certificate is in force, signed with SHA-256 or better and a strong key by the next
 * one, which may issue, at that distance. Certificates with a critical extension that is not evaluated
 * here, name constraints among them, make no path. Undefined when there is none.
 */
export function trustedPath(
  certificate: X509Certificate,
  others: readonly X509Certificate[],
  anchors: readonly X509Certificate[],
  { use, at }: { readonly use: CertificateUse; readonly at: Date },
): readonly [X509Certificate, X509Certificate, ...X509Certificate[]] | undefined {
  if (certificate.ca || !isSound(certificate, at) || !mayBeUsedFor(certificate, use)) {
    return undefined;
  }
  const above: X509Certificate[] = [];
  for (let current = certificate; above.length < LONGEST;) {
    const issuer = [...anchors, ...others].find((one) => mayHaveIssued(one, current, above.length));
    if (!issuer || !isSound(issuer, at)) return undefined;
    above.push(issuer);
    if (anchors.includes(issuer)) {
      const [first, ...rest] = above as [X509Certificate, ...X509Certificate[]];
      return [certificate, first, ...rest];
    }
    current = issuer;
  }
  return undefined;
}

/** @param below how many authorities stand between the issuer and the caller */
function mayHaveIssued(issuer: X509Certificate, issued: X509Certificate, below: number): boolean {
  // OpenSSL compares names and key identifiers, and asks for keyCertSign where there is a key usage.
  if (!issuer.ca || !issued.checkIssued(issuer) || !issued.verify(issuer.publicKey)) return false;
  const { longestPath } = constraintsOf(issuer);
  return longestPath === undefined || below <= longestPath;
}

function isSound(certificate: X509Certificate, at: Date): boolean {
  const { validFrom, validTo, publicKey } = certificate;
  const { isUnderstood, algorithm } = constraintsOf(certificate);
  return (
    new Date(validFrom) <= at &&
    at < new Date(validTo) &&
    isUnderstood &&
    SIGNATURES.has(algorithm) &&
    isStrong(publicKey)
  );
}

function mayBeUsedFor(certificate: X509Certificate, use: CertificateUse): boolean {
  const { keyUsage } = constraintsOf(certificate);
  const bits = use === "signature" ? DIGITAL_SIGNATURE | NON_REPUDIATION : DIGITAL_SIGNATURE;
  if (keyUsage !== undefined && (keyUsage & bits) === 0) return false;
  // Node's typings say that the list is always there; a certificate without the extension has none.
  const purposes = certificate.keyUsage as readonly string[] | undefined;
  return (
    use === "signature" ||
    purposes === undefined ||
    purposes.includes(CLIENT_AUTHENTICATION) ||
    purposes.includes(ANY_PURPOSE)
  );
}

/** RSA of 2048 bits or more, or a curve of NIST from P-256 on. */
export function isStrong(key: KeyObject): boolean {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === "rsa") return (modulusLength ?? 0) >= 2048;
  return namedCurve === "prime256v1" || namedCurve === "secp384r1" || namedCurve === "secp521r1";
}

interface Constraints {
  /** Of its signature. */
  readonly algorithm: string;
  /** The first byte of the key usage (RFC 5280, 4.2.1.3); undefined: anything. */
  readonly keyUsage: number | undefined;
  readonly longestPath: number | undefined;
  /** Every critical extension is one that is evaluated here. */
  readonly isUnderstood: boolean;
}

/** sha256, sha384 and sha512 with RSA, RSASSA-PSS, ECDSA. */
const SIGNATURES = new Set([
  ...[11, 12, 13, 10].map((arc) => `1.2.840.113549.1.1.${arc}`),
  ...[2, 3, 4].map((arc) => `1.2.840.10045.4.3.${arc}`),
]);
const BASIC_CONSTRAINTS = "2.5.29.19";
const KEY_USAGE = "2.5.29.15";
/** The two, subjectAltName, certificatePolicies and extKeyUsage. */
const EVALUATED = new Set([BASIC_CONSTRAINTS, KEY_USAGE, "2.5.29.17", "2.5.29.32", "2.5.29.37"]);

const known = new WeakMap<X509Certificate, Constraints>();

function constraintsOf(certificate: X509Certificate): Constraints {
  const before = known.get(certificate);
  if (before) return before;
  const constraints = readConstraints(certificate.raw);
  known.set(certificate, constraints);
  return constraints;
}

function readConstraints(der: Buffer): Constraints {
  const { extensions = [], signatureAlgorithm } = Certificate.fromBER(new Uint8Array(der));
  const valueOf = (id: string): unknown =>
    extensions.find(({ extnID }) => extnID === id)?.parsedValue;
  const usage = valueOf(KEY_USAGE) as BitString | undefined;
  const basic = valueOf(BASIC_CONSTRAINTS);
  const longest = basic instanceof BasicConstraints ? basic.pathLenConstraint : undefined;
  return {
    algorithm: signatureAlgorithm.algorithmId,
    keyUsage: usage?.valueBlock.valueHexView[0],
    longestPath: typeof longest === "number" ? longest : undefined,
    isUnderstood: extensions.every(({ critical, extnID }) => !critical || EVALUATED.has(extnID)),
  };
}
