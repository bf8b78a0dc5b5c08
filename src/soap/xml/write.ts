/**
 * Text as element content. A carriage return is written as a reference, because a parser would turn it
 * into a line feed; what XML 1.0 cannot carry at all becomes U+FFFD.
 */
export function escapeText(text: string): string {
  if (!NEEDS_CARE.test(text)) return text;
  return text
    .toWellFormed()
    .replace(FORBIDDEN, "\ufffd")
    .replace(/[&<>\r]/g, (character) => REFERENCES[character] ?? character);
}

/** Text as the value of an attribute in double quotes. */
export function escapeAttribute(text: string): string {
  return escapeText(text).replace(/["\t\n]/g, (character) => REFERENCES[character] ?? character);
}

/** `<name>text</name>`, or nothing when there is no value. Instants are written in UTC. */
export function element(name: string, value: string | number | boolean | Date | undefined): string {
  if (value === undefined) return "";
  const text = value instanceof Date ? value.toISOString() : String(value);
  return `<${name}>${escapeText(text)}</${name}>`;
}

const NEEDS_CARE = /[&<>\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/;
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const REFERENCES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\r": "&#13;",
  '"': "&quot;",
  "\t": "&#9;",
  "\n": "&#10;",
};
