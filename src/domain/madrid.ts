import { DAY, HOUR } from "./clock.ts";

const PARTS = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Europe/Madrid",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
  timeZoneName: "longOffset",
});

/** An instant as people in Madrid see it, with milliseconds and offset: `2026-03-02T10:15:01.707+01:00`. */
export function inMadrid(at: Date): string {
  const parts = new Map(PARTS.formatToParts(at).map(({ type, value }) => [type, value]));
  const part = (name: Intl.DateTimeFormatPartTypes): string => parts.get(name) ?? "";
  const milliseconds = at.toISOString().slice(19, 23);
  const offset = part("timeZoneName").replace("GMT", "");
  return `${part("year")}-${part("month")}-${part("day")}T${part("hour")}:${part("minute")}:${part("second")}${milliseconds}${offset}`;
}

/** The day in Madrid: `2026-03-02`. */
export function dayInMadrid(at: Date): string {
  return inMadrid(at).slice(0, 10);
}

/**
 * The first instant of a day in Madrid.
 *
 * @param day 2026-03-02
 * @returns undefined when the calendar has no such day
 */
export function startOfDay(day: string): Date | undefined {
  const midnight = midnightInUtc(day);
  if (midnight === undefined) return undefined;
  // Madrid is one hour ahead of UTC, or two, and never changes its clocks at midnight.
  return [1, 2]
    .map((hours) => new Date(midnight - hours * HOUR))
    .find((at) => inMadrid(at).startsWith(`${day}T00:00:00`));
}

/** @param day one of the calendar */
export function dayAfter(day: string): string {
  return new Date(Date.parse(day) + DAY).toISOString().slice(0, 10);
}

/**
 * What a person writes for an instant: a day, which stands for its first instant in Madrid, or an
 * instant with its zone (`2027-01-01T09:30:00+01:00`).
 *
 * @returns undefined when it is neither, or the calendar does not have it
 */
export function instantInMadrid(said: string): Date | undefined {
  const [, day = said, time] = /^([^T]*)(T\d\d:\d\d.*(?:Z|[+-]\d\d:\d\d))$/.exec(said) ?? [];
  if (time === undefined || midnightInUtc(day) === undefined) return startOfDay(said);
  const at = new Date(said);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

/** Date takes 2026-02-31 for the third of March. */
function midnightInUtc(day: string): number | undefined {
  const at = new Date(`${day}T00:00:00Z`);
  const isReal = !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 10) === day;
  return isReal ? at.getTime() : undefined;
}
