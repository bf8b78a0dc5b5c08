import type { X509Certificate } from "node:crypto";
import type { StatusSource } from "./certificate/validation/validation-data.ts";
import { HOUR, type Clock } from "./domain/clock.ts";

const ASKED_AGAIN_AFTER = HOUR;
const REMEMBERED_AT_MOST = 10_000;

/**
 * Asks the authorities whether a caller's certificate is revoked; what they answer is remembered for an
 * hour at most. Rejects when they do not answer or their information is old: then it is not known.
 */
export function createRevocationCheck({
  clock,
  source,
}: {
  readonly clock: Clock;
  readonly source: StatusSource;
}): (certificate: X509Certificate, issuer: X509Certificate) => Promise<boolean> {
  const known = new Map<string, { readonly isRevoked: boolean; readonly until: number }>();
  return async (certificate, issuer) => {
    const key = certificate.fingerprint256;
    const now = clock.now();
    const before = known.get(key);
    if (before && before.until > now.getTime()) return before.isRevoked;
    const { state, nextUpdate } = await source.status(certificate, issuer);
    if (nextUpdate && nextUpdate <= now) throw new Error("the authority's information is old");
    if (known.size >= REMEMBERED_AT_MOST) known.clear();
    const again = now.getTime() + ASKED_AGAIN_AFTER;
    const until = nextUpdate ? Math.min(nextUpdate.getTime(), again) : again;
    const isRevoked = state !== "good";
    known.set(key, { isRevoked, until });
    return isRevoked;
  };
}
