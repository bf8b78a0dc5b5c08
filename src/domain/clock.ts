/** The only source of the present instant. Tests move it by hand. */
export interface Clock {
  now(): Date;
}

/** The only source of chance. */
export interface RandomSource {
  bytes(length: number): Buffer;
}

/** Runs something later. Tests turn the hands themselves. */
export interface Timers {
  /** Milliseconds since an arbitrary start; never goes back. */
  now(): number;
  /** Runs once after so many milliseconds, unless the returned function is called before. */
  after(milliseconds: number, run: () => void): () => void;
}

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/**
 * A length of time as ISO 8601 writes it. Calendar units (years, months) stay apart from exact ones,
 * because five years is a date while 120 hours is a number of milliseconds.
 */
export interface Duration {
  readonly months: number;
  readonly milliseconds: number;
}

const ISO_DURATION =
  /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** Reads an ISO 8601 duration such as PT120H or P5Y; undefined when it is not one. */
export function parseDuration(text: string): Duration | undefined {
  const match = ISO_DURATION.exec(text);
  if (!match || text.endsWith("P") || text.endsWith("T")) return undefined;
  const part = (index: number): number => Number(match[index] ?? 0);
  const days = part(3) * 7 + part(4);
  return {
    months: part(1) * 12 + part(2),
    milliseconds: Math.round(days * DAY + part(5) * HOUR + part(6) * MINUTE + part(7) * SECOND),
  };
}

/** The instant that lies a duration after another, in UTC; the last day of the month is kept as such. */
export function addDuration(from: Date, duration: Duration): Date {
  const to = new Date(from);
  const day = to.getUTCDate();
  to.setUTCDate(1);
  to.setUTCMonth(to.getUTCMonth() + duration.months);
  const lastDay = new Date(Date.UTC(to.getUTCFullYear(), to.getUTCMonth() + 1, 0)).getUTCDate();
  to.setUTCDate(Math.min(day, lastDay));
  return new Date(to.getTime() + duration.milliseconds);
}
