import type { X509Certificate } from "node:crypto";
import type { Credential } from "../../store/users.ts";
import type { Backend } from "../backend.ts";
import { refuse, UNKNOWN_CERTIFICATE } from "./refusal.ts";

/** A certificate whose holder proved in the TLS handshake to have its key. */
export interface ClientCertificate {
  readonly certificate: X509Certificate;
}

/** SHA-256 of a certificate, as users' certificates are registered. */
export function fingerprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(":", "").toLowerCase();
}

/**
 * For whom a certificate stands, whose holder has proved to have the key.
 *
 * @throws ServiceError NotAuthenticated
 */
export async function credentialOf(
  { findCertificate }: Pick<Backend, "findCertificate">,
  { certificate }: ClientCertificate,
  now: Date,
): Promise<Credential> {
  const isInForce = new Date(certificate.validFrom) <= now && now < new Date(certificate.validTo);
  const credential = isInForce ? await findCertificate?.(fingerprintOf(certificate)) : undefined;
  if (!credential) throw refuse(UNKNOWN_CERTIFICATE);
  return credential;
}
