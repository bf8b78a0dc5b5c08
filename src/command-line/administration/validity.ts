import type { User } from "../../domain/entity.ts";
import { dayAfter, dayInMadrid, startOfDay } from "../../domain/madrid.ts";
import { UsageError, type Arguments } from "../command.ts";

export type Validity = Pick<User, "validFrom" | "validUntil">;

export const VALIDITY_OPTIONS = {
  "valid-from": { type: "string" },
  "valid-until": { type: "string" },
} as const;

/**
 * What the options say of whole days in Madrid, over what stood before; an empty value takes away.
 *
 * @throws UsageError
 */
export function readValidity(options: Arguments, before: Validity): Validity {
  const from = readDay(options, "valid-from");
  const until = readDay(options, "valid-until");
  const validity = {
    validFrom: from === undefined ? before.validFrom : startOfDay(from),
    // The store keeps the first instant that is no longer in it.
    validUntil: until === undefined ? before.validUntil : startOfDay(until && dayAfter(until)),
  };
  const { validFrom, validUntil } = validity;
  if (validFrom && validUntil && validFrom >= validUntil) {
    throw new UsageError("--valid-until must not lie before --valid-from");
  }
  return validity;
}

/** The first day and the last, both included. */
export function daysOf({ validFrom, validUntil }: Validity): {
  readonly validFrom: string | undefined;
  readonly validUntil: string | undefined;
} {
  return {
    validFrom: validFrom && dayInMadrid(validFrom),
    validUntil: validUntil && dayInMadrid(new Date(validUntil.getTime() - 1)),
  };
}

/** Undefined when the permission has neither beginning nor end. */
export function validityInWords(validity: Validity): string | undefined {
  const { validFrom, validUntil } = daysOf(validity);
  if (validFrom === undefined) {
    return validUntil && `in force to the end of ${validUntil} (Europe/Madrid)`;
  }
  return validUntil === undefined
    ? `in force from ${validFrom} on (Europe/Madrid)`
    : `in force from ${validFrom} to ${validUntil}, both days included (Europe/Madrid)`;
}

function readDay(options: Arguments, name: string): string | undefined {
  const said = options.text(name);
  if (said === undefined || said === "" || startOfDay(said)) return said;
  throw new UsageError(`--${name} must be a day of the calendar such as 2026-12-31`);
}
