import { HOUR, MINUTE } from "../../domain/clock.ts";

/** How old a Created may be; what must not be repeated is remembered as long. */
const MAX_AGE = 5 * MINUTE;
/** How far ahead a caller's clock may be. */
const MAX_AHEAD = 1 * MINUTE;

/** Whether a Timestamp may be taken: not from the future, not expired. */
export function isFresh(
  {
    created,
    expires,
  }: { readonly created: string | undefined; readonly expires: string | undefined },
  now: Date,
): boolean {
  const createdAt = created === undefined ? undefined : readInstant(created);
  const expiresAt = expires === undefined ? undefined : readInstant(expires);
  if (created !== undefined && (!createdAt || createdAt.getTime() > now.getTime() + MAX_AHEAD)) {
    return false;
  }
  return expires === undefined || (expiresAt !== undefined && expiresAt > now);
}

export function isWithinWindow(at: Date, now: Date): boolean {
  const age = now.getTime() - at.getTime();
  return age < MAX_AGE && age > -MAX_AHEAD;
}

/** Until when a nonce or signature of that instant could still be taken. */
export function endOfWindow(at: Date): Date {
  return new Date(at.getTime() + MAX_AGE);
}

/** Until when a signature that covers no Timestamp is remembered. */
export function endOfLongWindow(now: Date): Date {
  return new Date(now.getTime() + 24 * HOUR);
}

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/;

/** An xs:dateTime; one without a zone is UTC, as WS-Security asks for. */
export function readInstant(text: string): Date | undefined {
  const match = DATE_TIME.exec(text);
  if (!match) return undefined;
  const at = new Date(match[2] === undefined ? `${text}Z` : text);
  return Number.isNaN(at.getTime()) ? undefined : at;
}
