import { deflateSync } from "node:zlib";

/** Text string of ISO 32000-1, 7.9.2.2, in UTF-16. */
export function textString(text: string): string {
  return `<feff${Buffer.from(text, "utf16le").swap16().toString("hex")}>`;
}

/** Date of ISO 32000-1, 7.9.4, in UTC. */
export function dateString(at: Date): string {
  const digits = at.toISOString().replace(/\D/g, "").slice(0, 14);
  return `(D:${digits}Z)`;
}

/** Name of ISO 32000-1, 7.3.5: `application/json` is written `application#2Fjson`. */
export function name(text: string): string {
  const escaped = text.replace(/[^A-Za-z0-9.+-]/g, (character) => {
    return `#${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
  });
  return `/${escaped}`;
}

/** `12 0 R` */
export function reference(object: number): string {
  return `${object} 0 R`;
}

/** Half the time of the default, for a twentieth more bytes. */
const DEFLATE = { level: 3, windowBits: 14, memLevel: 7 } as const;

/** Bytes; to set up the compression of less takes longer than it saves. */
const SMALLEST = 1_600;

/** A stream object's dictionary and bytes; compressed unless it has to be read by everybody. */
export function stream(
  entries: string,
  content: Buffer,
  { compress = true }: { readonly compress?: boolean } = {},
): readonly [string, Buffer, string] {
  const isWorthIt = compress && content.length > SMALLEST;
  const bytes = isWorthIt ? deflateSync(content, DEFLATE) : content;
  const filter = isWorthIt ? "/Filter/FlateDecode" : "";
  return [`<<${entries}${filter}/Length ${bytes.length}>>\nstream\n`, bytes, "\nendstream"];
}
