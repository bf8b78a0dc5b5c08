import { HOUR, MINUTE } from "../../domain/clock.ts";

const ZONE = "Europe/Madrid";
const OFFSET = new Intl.DateTimeFormat("en", { timeZone: ZONE, timeZoneName: "longOffset" });
const known = new Map<number, number>();

/** Milliseconds that the clocks of Madrid are ahead of UTC; changes happen on the hour. */
function offset(at: Date): number {
  const hour = Math.floor(at.getTime() / HOUR);
  const remembered = known.get(hour);
  if (remembered !== undefined) return remembered;
  const zone = OFFSET.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const match = /GMT([+-])(\d\d):(\d\d)/.exec(zone);
  const minutes = match ? Number(match[2]) * 60 + Number(match[3]) : 0;
  const found = (match?.[1] === "-" ? -minutes : minutes) * MINUTE;
  if (known.size > 10_000) known.clear();
  known.set(hour, found);
  return found;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

/** `12/03/2026 10:15:32` in Madrid, and its offset `UTC+01:00`. */
function inMadrid(at: Date): {
  readonly date: string;
  readonly time: string;
  readonly offset: string;
} {
  const ahead = offset(at);
  const local = new Date(at.getTime() + ahead);
  const [year, month, day] = local.toISOString().slice(0, 10).split("-");
  const minutes = Math.abs(ahead) / MINUTE;
  const sign = ahead < 0 ? "-" : "+";
  return {
    date: `${day ?? ""}/${month ?? ""}/${year ?? ""}`,
    time: local.toISOString().slice(11, 19),
    offset: `UTC${sign}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`,
  };
}

/** `12/03/2026 10:15:32 (UTC+01:00)`, where the place is said elsewhere. */
export function localInstant(at: Date): string {
  const { date, time, offset: ahead } = inMadrid(at);
  return `${date} ${time} (${ahead})`;
}

/** `12/03/2026 10:15:32 +01:00`, where the column says which place it is. */
export function shortInstant(at: Date): string {
  const { date, time, offset: ahead } = inMadrid(at);
  return `${date} ${time} ${ahead.slice("UTC".length)}`;
}

/** `2026-03-12T09:15:32.123Z` */
export function utcInstant(at: Date): string {
  return at.toISOString();
}
