import { addDuration, type Duration } from "./clock.ts";

/** Nobody may shorten it: certificates are kept five years from their issue. */
export const MINIMUM_RETENTION: Duration = { months: 60, milliseconds: 0 };

/** Until when a certificate is kept and cannot be changed or removed. */
export function retainUntil(issuedAt: Date, retention: Duration): Date {
  return addDuration(issuedAt, retention);
}
