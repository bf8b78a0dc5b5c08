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
