import { X509Certificate } from "node:crypto";
import { ServiceError } from "../../domain/errors.ts";
import type { Credential } from "../../store/parties/users.ts";
import { isInForce, trustedPath, type CertificateUse } from "../../x509/trusted-path.ts";
import type { Backend } from "../backend.ts";
import { refuse, UNKNOWN_CERTIFICATE } from "./refusal.ts";
import { subjectNames } from "./subject-names.ts";

/** A certificate whose holder proved in the TLS handshake to have its key. */
export interface ClientCertificate {
  readonly certificate: X509Certificate;
  /** Of its issuers, as far as they were shown; nothing is believed of them. */
  readonly issuers?: readonly X509Certificate[] | undefined;
}

/** Tells whether an authority has revoked a certificate that it issued; rejects when it does not answer. */
export type RevocationCheck = (
  certificate: X509Certificate,
  issuer: X509Certificate,
) => Promise<boolean>;

export interface Holders {
  readonly backend: Pick<Backend, "findCredential" | "findCertificate" | "findSubject">;
  /** Undefined: revocation is not looked at. */
  readonly isRevoked?: RevocationCheck | undefined;
}

/** SHA-256 of a certificate, as users' certificates are registered. */
export function fingerprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(":", "").toLowerCase();
}

/**
 * For whom a certificate stands, whose holder has proved to have the key: the user for whom that
 * certificate is registered, else the one for whom its subject is, when an authority that the entity
 * trusts has issued it.
 *
 * @throws ServiceError NotAuthenticated; Unavailable when it cannot be known whether it is revoked
 */
export async function credentialOf(
  { backend, isRevoked }: Holders,
  { certificate, issuers = [] }: ClientCertificate,
  use: CertificateUse,
  now: Date,
): Promise<Credential> {
  if (!isInForce(certificate, now)) throw refuse(UNKNOWN_CERTIFICATE);
  const registered = await backend.findCertificate?.(fingerprintOf(certificate));
  if (registered) return registered;
  const found = await backend.findSubject?.(subjectNames(certificate));
  if (!found) throw refuse(UNKNOWN_CERTIFICATE);
  const trusted = found.anchors.map(readAnchor);
  const path = trustedPath(certificate, { pool: issuers, trusted, use, at: now });
  if (!path) throw refuse(UNKNOWN_CERTIFICATE);
  if (isRevoked) await assertNotRevoked(path, isRevoked);
  const credential = await backend.findCredential(found.username);
  if (!credential) throw refuse(UNKNOWN_CERTIFICATE);
  return credential;
}

async function assertNotRevoked(
  path: readonly X509Certificate[],
  isRevoked: RevocationCheck,
): Promise<void> {
  const pairs = path.slice(0, -1).map((certificate, place) => [certificate, path[place + 1]]);
  for (const [certificate, issuer] of pairs) {
    if (!certificate || !issuer) continue;
    const revoked = await isRevoked(certificate, issuer).catch((cause: unknown) => {
      throw new ServiceError("Unavailable", { cause });
    });
    if (revoked) throw refuse(UNKNOWN_CERTIFICATE);
  }
}

/** The same few authorities come with every call. */
const anchorsRead = new Map<string, X509Certificate>();
const REMEMBERED_AT_MOST = 1_000;

function readAnchor(der: Buffer): X509Certificate {
  const key = der.toString("latin1");
  const known = anchorsRead.get(key);
  if (known) return known;
  const certificate = new X509Certificate(der);
  if (anchorsRead.size >= REMEMBERED_AT_MOST) anchorsRead.clear();
  anchorsRead.set(key, certificate);
  return certificate;
}
