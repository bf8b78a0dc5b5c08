import { assertMay, type Caller } from "../../domain/entity.ts";
import { ServiceError } from "../../domain/errors.ts";
import { readUsage, type UsageRow } from "../../store/parties/usage.ts";
import type { LifecycleContext } from "../context.ts";

const MONTH = /^20\d\d-(0[1-9]|1[0-2])$/;
const MOST_MONTHS = 13;

/**
 * What the caller's own entity was charged, month by month.
 *
 * @param from the first month in Europe/Madrid, `2026-11`
 * @param until the last month, included; at most thirteen months in all
 * @throws ServiceError NotAuthorised, InvalidPeriod
 */
export async function tellUsage(
  context: LifecycleContext,
  caller: Caller,
  { from, until }: { readonly from: string; readonly until: string },
): Promise<UsageRow[]> {
  assertMay(caller, context.clock.now(), "administer");
  if (
    !MONTH.test(from) ||
    !MONTH.test(until) ||
    !isWithin(monthNumber(until) - monthNumber(from))
  ) {
    throw new ServiceError("InvalidPeriod", {
      field: "until",
      hint: {
        ca: "Calen dos mesos (2026-11), en ordre, i no més de tretze en total.",
        es: "Se necesitan dos meses (2026-11), en orden, y no más de trece en total.",
        en: "Two months are needed (2026-11), in order, and no more than thirteen in all.",
      },
    });
  }
  return readUsage(context.db, { from, until, entityId: caller.entity.entityId });
}

function isWithin(months: number): boolean {
  return months >= 0 && months < MOST_MONTHS;
}

function monthNumber(month: string): number {
  return Number(month.slice(0, 4)) * 12 + Number(month.slice(5));
}
