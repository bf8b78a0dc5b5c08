import { MEDIA_TYPE, type SoapVersion } from "../envelope.ts";

export interface ContentType {
  /** Lower case, without parameters. */
  readonly media: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** RFC 9110, 8.3.1: a media type and its parameters, quoted or not; undefined when it is none. */
export function parseContentType(header: string | undefined): ContentType | undefined {
  if (header === undefined) return undefined;
  if (!remembered.has(header)) {
    // Callers use a handful of them, but for the boundaries of multipart messages.
    if (remembered.size >= 100) remembered.clear();
    remembered.set(header, read(header));
  }
  return remembered.get(header);
}

const remembered = new Map<string, ContentType | undefined>();

function read(header: string): ContentType | undefined {
  const [, media, rest] = /^\s*([\w.+-]+\/[\w.+-]+)\s*(;.*)?$/s.exec(header) ?? [];
  if (media === undefined) return undefined;
  const parameters = new Map<string, string>();
  for (const [, name, quoted, plain] of (rest ?? "").matchAll(PARAMETER)) {
    const value = quoted?.replace(/\\(.)/g, "$1") ?? plain ?? "";
    if (name !== undefined) parameters.set(name.toLowerCase(), value);
  }
  return { media: media.toLowerCase(), parameters };
}

const PARAMETER = /;\s*([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/g;

/** The SOAP version that a media type stands for; undefined when it stands for none. */
export function soapVersionOf(media: string): SoapVersion | undefined {
  if (media === MEDIA_TYPE["1.2"]) return "1.2";
  if (media === MEDIA_TYPE["1.1"] || media === "application/xml") return "1.1";
  return undefined;
}

/** Character encodings that the parser reads, by the names that callers use. */
const ENCODINGS: Readonly<Record<string, string>> = {
  "utf-8": "UTF-8",
  utf8: "UTF-8",
  "utf-16": "UTF-16",
  "utf-16le": "UTF-16LE",
  "utf-16be": "UTF-16BE",
  "iso-8859-1": "ISO-8859-1",
  latin1: "ISO-8859-1",
  "iso-8859-15": "ISO-8859-15",
  "us-ascii": "US-ASCII",
  ascii: "US-ASCII",
  "windows-1252": "windows-1252",
};

/**
 * The encoding of a message: a byte order mark outweighs the charset of the transport, which outweighs
 * the XML declaration (RFC 7303, 3.2). `undefined` leaves it to the mark or the declaration; `null`
 * says that the charset is none that the door reads.
 */
export function encodingOf(
  charset: string | undefined,
  body: Uint8Array,
): string | undefined | null {
  if (hasByteOrderMark(body) || charset === undefined || charset === "") return undefined;
  return ENCODINGS[charset.toLowerCase()] ?? null;
}

function hasByteOrderMark([a, b, c]: Uint8Array): boolean {
  return (
    (a === 0xef && b === 0xbb && c === 0xbf) ||
    (a === 0xff && b === 0xfe) ||
    (a === 0xfe && b === 0xff)
  );
}
