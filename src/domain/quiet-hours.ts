/**
 * When a message may be sent for an entity that respects the rest of its recipients: from 8 to 22 in
 * Europe/Madrid, on no Sunday and no public holiday of Catalonia. Local holidays are not known.
 */

const FIRST_HOUR = 8;
const LAST_HOUR = 22;
const HOUR = 3_600_000;

/** Public holidays that fall on the same day each year: month-day. */
const FIXED = [
  "01-01",
  "01-06",
  "05-01",
  "06-24",
  "08-15",
  "09-11",
  "10-12",
  "11-01",
  "12-06",
  "12-08",
  "12-25",
  "12-26",
];

const MADRID = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "Europe/Madrid",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

/** The instant itself when it is no quiet one, else the next at which a message may be sent. */
export function afterQuietHours(at: Date): Date {
  let moment = at;
  while (isQuiet(moment)) {
    // To the next full hour, which is one in Madrid too: its offset is of whole hours.
    moment = new Date((Math.floor(moment.getTime() / HOUR) + 1) * HOUR);
  }
  return moment;
}

function isQuiet(at: Date): boolean {
  const [day = "", time = ""] = MADRID.format(at).split(" ");
  const hour = Number(time.slice(0, 2));
  return hour < FIRST_HOUR || hour >= LAST_HOUR || isHoliday(day);
}

function isHoliday(day: string): boolean {
  const year = Number(day.slice(0, 4));
  const date = new Date(`${day}T00:00:00Z`);
  if (date.getUTCDay() === 0 || FIXED.includes(day.slice(5))) return true;
  const sinceEaster = Math.round((date.getTime() - easter(year).getTime()) / (24 * HOUR));
  return sinceEaster === -2 || sinceEaster === 1;
}

/** Easter Sunday of the Gregorian calendar (Meeus, Astronomical Algorithms, chapter 8). */
function easter(year: number): Date {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = Math.floor(b / 4);
  const e = b % 4;
  const f = Math.floor((b + 8) / 25);
  const g = Math.floor((b - f + 1) / 3);
  const h = (19 * a + b - d - g + 15) % 30;
  const i = Math.floor(c / 4);
  const k = c % 4;
  const l = (32 + 2 * e + 2 * i - h - k) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const n = h + l - 7 * m + 114;
  return new Date(Date.UTC(year, Math.floor(n / 31) - 1, (n % 31) + 1));
}
