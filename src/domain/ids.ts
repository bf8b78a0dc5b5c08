import type { RandomSource } from "./clock.ts";

export type MessageId = string & { readonly brand: "MessageId" };
export type EntityId = string & { readonly brand: "EntityId" };
export type UserId = string & { readonly brand: "UserId" };
export type ReceiptId = string & { readonly brand: "ReceiptId" };

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * A UUID version 7 (RFC 9562, 5.7): its first 48 bits are the instant in milliseconds, so that keys
 * sort by time and the monthly partitions can be cut by key.
 */
export function uuidv7(at: Date, random: RandomSource): string {
  const bytes = random.bytes(16);
  bytes.writeUIntBE(at.getTime(), 0, 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The instant inside a UUID version 7. */
export function instantOf(uuid: string): Date {
  return new Date(Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16));
}

/** A UUID version 8 (RFC 9562, 5.8) of a SHA-256: the same thing always has the same. */
export function uuidOf(sha256: string): string {
  const variant = ((Number.parseInt(sha256.charAt(16), 16) & 3) | 8).toString(16);
  return [
    sha256.slice(0, 8),
    sha256.slice(8, 12),
    `8${sha256.slice(13, 16)}`,
    variant + sha256.slice(17, 20),
    sha256.slice(20, 32),
  ].join("-");
}

/** Digits and capitals that nobody confuses when reading a code aloud (Crockford's base 32). */
const CSV_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CSV_LENGTH = 24;
/** Four letters count these units of about an hour, from 1970 until 2106. */
const CSV_TIME_LETTERS = 4;
const CSV_TIME_UNIT = 4_096_000;

/**
 * A codi segur de verificació of an instant and 100 random bits, in six groups of four: `DAV2-…`. The
 * codes of the same hour are neighbours, so that keeping one costs the same beside a hundred million.
 */
export function newCsv(at: Date, random: RandomSource): string {
  const units = Math.floor(at.getTime() / CSV_TIME_UNIT);
  const time = Array.from({ length: CSV_TIME_LETTERS }, (_, place) =>
    letterOf(units >>> (5 * (CSV_TIME_LETTERS - 1 - place))),
  );
  const letters = [...time, ...[...random.bytes(CSV_LENGTH - CSV_TIME_LETTERS)].map(letterOf)];
  return (letters.join("").match(/.{4}/g) ?? []).join("-");
}

/** Of the lowest five bits. */
const letterOf = (bits: number): string => CSV_ALPHABET.charAt(bits & 31);

/** Reads a code as people type it (any case, with or without hyphens); undefined when it is none. */
export function parseCsv(typed: string): string | undefined {
  const letters = typed
    .toUpperCase()
    .replace(/[\s-]/g, "")
    .replace(/O/g, "0")
    .replace(/[IL]/g, "1");
  if (!/^[0-9A-HJKMNP-TV-Z]{24}$/.test(letters)) return undefined;
  return (letters.match(/.{4}/g) ?? []).join("-");
}
