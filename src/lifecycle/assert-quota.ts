import type { Entity } from "../domain/entity.ts";
import { ServiceError } from "../domain/errors.ts";
import { hasAcceptedSince } from "../store/parties/quota.ts";
import type { LifecycleContext } from "./context.ts";

const MADRID = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Madrid", dateStyle: "short" });
const DAY = 86_400_000;

/**
 * Refuses a message beyond what the entity may send in a day or a month of Europe/Madrid. Calls that
 * are decided at the same moment may together exceed it by their number.
 *
 * @throws ServiceError QuotaExceeded, with when the next day or month begins
 */
export async function assertQuota(
  { db }: LifecycleContext,
  { entityId, quota }: Entity,
  now: Date,
): Promise<void> {
  if (!quota) return;
  const today = MADRID.format(now);
  const day = midnight(today);
  const month = midnight(`${today.slice(0, 7)}-01`);
  const { daily, monthly } = quota;
  if (daily !== undefined && (await hasAcceptedSince(db, entityId, day, daily))) {
    throw exceeded(now, midnight(MADRID.format(new Date(day.getTime() + 1.5 * DAY))));
  }
  if (monthly !== undefined && (await hasAcceptedSince(db, entityId, month, monthly))) {
    const next = MADRID.format(new Date(month.getTime() + 32 * DAY)).slice(0, 7);
    throw exceeded(now, midnight(`${next}-01`));
  }
}

/** When a day begins in Madrid, whose offset is one hour in winter and two in summer. */
function midnight(day: string): Date {
  const [early, late] = [`${day}T00:00:00+02:00`, `${day}T00:00:00+01:00`].map((t) => new Date(t));
  return early && MADRID.format(early) === day ? early : (late ?? new Date(day));
}

function exceeded(now: Date, until: Date): ServiceError {
  const retryAfterSeconds = Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 1_000));
  return new ServiceError("QuotaExceeded", { retryAfterSeconds });
}
