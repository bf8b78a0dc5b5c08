/**
 * The second net under the log. The first is that LogFields has no field for numbers, names and texts
 * of messages; what still gets into a line through somebody's error message is masked here.
 */

/** UTF-16 units; patterns that look for an end may pass over the rest again and again. */
const LONGEST = 4 * 1024;

/** The cut is marked, and leaves at most six digits of a number. */
function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

const OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
/** Shapes that hold many digits and say nothing of a person: kept as they are. */
const KEPT = [
  "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
  "\\b[0-9a-f]{64}\\b",
  "\\b20\\d\\d-[01]\\d-[0-3]\\d(?:T\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?Z?)?\\b",
  "\\b0x[0-9a-f]{1,8}\\b",
  `(?<![\\d.])(?:${OCTET}\\.){3}${OCTET}(?![\\d.])`,
];
const ADDRESS = "[^\\s<>\"'@]+@[^\\s<>\"'@]+";
const IDENTITY = "\\b(?:\\d{8}|[XYZ]\\d{7})-?[A-Z]\\b";
/**
 * Seven digits or more of any script, with a few separators or what nobody sees (marks, formats) between
 * two of them.
 */
const NUMBER = "[+(]{0,4}\\p{Nd}(?:[\\s().,/_\\p{Pd}\\p{Cf}\\p{M}]{0,4}\\p{Nd}){6,}";

const PATTERN = new RegExp(`(${KEPT.join("|")})|(${ADDRESS})|(${IDENTITY})|${NUMBER}`, "giu");

/** Without a digit or an at sign there is nothing to mask; most fields are ids and single words. */
const NOTHING_TO_MASK = new RegExp(`^(?:[^\\p{Nd}@]*|${KEPT[0] ?? ""})$`, "iu");

/** The text without telephone numbers, e-mail addresses and identity numbers. */
export function maskText(text: string): string {
  if (NOTHING_TO_MASK.test(text)) return text;
  return cut(text).replace(PATTERN, (found, kept?: string, address?: string, identity?: string) => {
    if (kept !== undefined) return found;
    if (address !== undefined) return "[address]";
    return identity === undefined ? "[number]" : "[identity]";
  });
}

/** Libraries quote the value that they refuse; names of constraints and columns may stay. */
export function maskQuoted(text: string): string {
  // What was cut inside a quotation ends with it.
  return cut(text).replace(/(["'`“«])(.*?)(["'`”»]|…$)/gsu, (found, _open, inner: string) =>
    /^[a-z]+(?:_[a-z0-9]+)+$/.test(inner) ? found : '"…"',
  );
}

const CONTROLS =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * Line ends, terminal commands and characters that turn the direction of text are written as escapes,
 * so that text from outside cannot forge a line or hide part of one.
 */
export function neutralise(text: string): string {
  return text.replace(
    CONTROLS,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
