import { verify, type X509Certificate } from "node:crypto";
import { DAY } from "../../domain/clock.ts";
import { readAlgorithm, readBits, type Der } from "../../x509/der.ts";
import { SIGNATURE_DIGESTS } from "../seal/oids.ts";
import type { Extension } from "../../x509/extensions.ts";

/** What an authority says of one certificate, with its own words in DER. */
export interface CertificateStatus {
  readonly kind: "ocsp" | "crl";
  readonly der: Buffer;
  readonly state: "good" | "revoked" | "unknown";
  readonly thisUpdate: Date;
  /** Undefined: newer information is always to be had. */
  readonly nextUpdate: Date | undefined;
  /** The issuer of the certificate, or who may answer for it. */
  readonly signer: X509Certificate;
}

/** The answer proves nothing about this certificate. */
export class StatusError extends Error {
  override readonly name = "StatusError";
}

/** An answer without an end is believed for so long. */
const WITHOUT_END = DAY;
/** Clocks of authorities differ, and an answer may be fetched when the seal is there. */
const AHEAD = DAY;

/**
 * Whether a status, good or not, tells of an instant: it is not past then, and from no later time than
 * the certificate itself, because authorities forget those that have expired (RFC 5280, 3.3).
 */
export function tellsOf(
  { kind, thisUpdate, nextUpdate }: CertificateStatus,
  { validFrom, validTo }: X509Certificate,
  at: Date,
): boolean {
  const from = thisUpdate.getTime();
  const end = nextUpdate?.getTime() ?? from + WITHOUT_END;
  const isEarly = kind === "ocsp" && from < Date.parse(validFrom);
  const isLate = from > Date.parse(validTo) || from > at.getTime() + AHEAD;
  return at.getTime() <= end && !isEarly && !isLate;
}

/** @throws StatusError when there is one that has to be understood */
export function refuseCritical(extensions: ReadonlyMap<string, Extension> = new Map()): void {
  if ([...extensions.values()].some(({ critical }) => critical)) {
    throw new StatusError("a critical extension that is not known");
  }
}

/** Whether the key of a certificate signed an answer or a list; data are what is signed. */
export function isSignedBy(
  data: Der | undefined,
  algorithm: Der | undefined,
  signature: Der | undefined,
  signer: X509Certificate,
): boolean {
  const digest = SIGNATURE_DIGESTS[readAlgorithm(algorithm)];
  const bits = readBits(signature);
  if (!data || digest === undefined) return false;
  try {
    return verify(digest, data.bytes, signer.publicKey, bits);
  } catch {
    return false;
  }
}
