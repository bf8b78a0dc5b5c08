/**
 * The second net under the log. The first is that LogFields has no field for numbers, names and texts
 * of messages; what still gets into a line through somebody's error message is masked here.
 */

/** Shapes that hold many digits and say nothing of a person: kept as they are. */
const KEPT = [
  "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
  "\\b[0-9a-f]{64}\\b",
  "\\b20\\d\\d-[01]\\d-[0-3]\\d(?:T\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?Z?)?\\b",
  "\\b0x[0-9a-f]{1,8}\\b",
  "(?<![\\d.])(?:\\d{1,3}\\.){3}\\d{1,3}(?![\\d.])",
];
const ADDRESS = "[^\\s<>\"'@]+@[^\\s<>\"'@]+";
const IDENTITY = "\\b(?:\\d{8}|[XYZ]\\d{7})-?[A-Z]\\b";
/** Seven digits or more of any script, with at most one separator between two of them. */
const NUMBER = "[+(]*\\p{Nd}(?:[).\\-\\s]?[(\\s]?\\p{Nd}){6,}";

const PATTERN = new RegExp(`(${KEPT.join("|")})|(${ADDRESS})|(${IDENTITY})|${NUMBER}`, "giu");

/** Without a digit or an at sign there is nothing to mask; most fields are ids and single words. */
const NOTHING_TO_MASK = new RegExp(`^(?:[^\\p{Nd}@]*|${KEPT[0] ?? ""})$`, "iu");

/** The text without telephone numbers, e-mail addresses and identity numbers. */
export function maskText(text: string): string {
  if (NOTHING_TO_MASK.test(text)) return text;
  return text.replace(PATTERN, (found, kept?: string, address?: string, identity?: string) => {
    if (kept !== undefined) return found;
    if (address !== undefined) return "[address]";
    return identity === undefined ? "[number]" : "[identity]";
  });
}

/** Libraries quote the value that they refuse; names of constraints and columns may stay. */
export function maskQuoted(text: string): string {
  return text.replace(/(["'`“«])(.*?)(["'`”»])/gsu, (found, _open, inner: string) =>
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
