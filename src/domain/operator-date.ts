import { DAY, HOUR, MINUTE, SECOND } from "./clock.ts";

/** Between which instants an operator's date lies: it may leave out the seconds, or be said twice. */
export interface OperatorInstant {
  readonly earliest: Date;
  readonly latest: Date;
}

interface Reading {
  /** Year, month, day, hour, minute, second. */
  readonly fields: readonly [number, number, number, number, number, number];
  readonly precision: number;
}

/** SMPP 3.4, 7.1.1.1 absolute time: YYMMDDhhmmss, tenths, quarters of an hour from UTC, direction. */
const ABSOLUTE = /^(\d{12})(\d)(\d{2})([+-])$/;
/** How far an operator's clock may be from ours. */
const SLACK = HOUR;

/**
 * Reads a date of a delivery receipt: YYMMDDhhmm, YYMMDDhhmmss, YYYYMMDDhhmm, YYYYMMDDhhmmss, which
 * carry no zone, or the absolute time of SMPP, which does. Undefined when it cannot be read in exactly
 * one way that lies between the two instants.
 *
 * @param zone of the operator, as IANA names it
 */
export function readOperatorDate(
  text: string,
  zone: string,
  { after, before }: { readonly after: Date; readonly before: Date },
): OperatorInstant | undefined {
  const readings = readingsOf(text).flatMap(({ fields, precision }) => {
    const instants = instantsOf(fields, zone, offsetOf(text));
    if (instants.length === 0) return [];
    const earliest = new Date(Math.min(...instants));
    const latest = new Date(Math.max(...instants) + precision - 1);
    const plausible =
      latest.getTime() >= after.getTime() - SLACK && earliest.getTime() <= before.getTime() + SLACK;
    return plausible ? [{ earliest, latest }] : [];
  });
  return readings.length === 1 ? readings[0] : undefined;
}

function readingsOf(text: string): Reading[] {
  const digits = ABSOLUTE.exec(text)?.[1] ?? text;
  if (!/^\d+$/.test(digits)) return [];
  const pairs = (from: number): number[] =>
    (digits.slice(from).match(/\d{2}/g) ?? []).map((pair) => Number(pair));
  const century = Number(digits.slice(0, 4));
  const readings = {
    10: [reading([2000 + (pairs(0)[0] ?? 0), ...pairs(2)])],
    12: [reading([2000 + (pairs(0)[0] ?? 0), ...pairs(2)]), reading([century, ...pairs(4)])],
    14: [reading([century, ...pairs(4)])],
  }[digits.length];
  return (readings ?? []).filter((each) => each !== undefined);
}

/** Undefined when there is no such date. */
function reading(parts: readonly number[]): Reading | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second] = parts;
  const fields = [year, month, day, hour, minute, second ?? 0] as const;
  const at = new Date(asUtc(fields));
  const exists =
    at.getUTCFullYear() === year &&
    at.getUTCMonth() === month - 1 &&
    at.getUTCDate() === day &&
    at.getUTCHours() === hour &&
    at.getUTCMinutes() === minute &&
    at.getUTCSeconds() === fields[5];
  return exists ? { fields, precision: second === undefined ? MINUTE : SECOND } : undefined;
}

function asUtc([year, month, day, hour, minute, second]: Reading["fields"]): number {
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** Milliseconds that an absolute time says it is ahead of UTC. */
function offsetOf(text: string): number | undefined {
  const [, , , quarters, direction] = ABSOLUTE.exec(text) ?? [];
  if (quarters === undefined) return undefined;
  return Number(quarters) * 15 * MINUTE * (direction === "-" ? -1 : 1);
}

/** When clocks of the zone show this: twice in the hour that comes again, never in the one left out. */
function instantsOf(
  fields: Reading["fields"],
  zone: string,
  offset: number | undefined,
): readonly number[] {
  const shown = asUtc(fields);
  if (offset !== undefined) return [shown - offset];
  const offsets = new Set([shown - DAY, shown + DAY].map((at) => offsetAt(at, zone)));
  return [...offsets]
    .map((each) => shown - each)
    .filter((instant) => instant + offsetAt(instant, zone) === shown);
}

function offsetAt(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(new Date(at));
  const part = (type: string): number =>
    Number(parts.find((each) => each.type === type)?.value ?? 0);
  const shown = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  return shown - Math.floor(at / SECOND) * SECOND;
}
