import {
  createCipheriv,
  createDecipheriv,
  scrypt as scryptCallback,
  timingSafeEqual,
} from "node:crypto";
import { promisify } from "node:util";
import type { RandomSource } from "./clock.ts";

const scrypt = promisify<string, Buffer, number, { N: number; r: number; p: number }, Buffer>(
  scryptCallback,
);

/** RFC 7914; the cost is kept beside each hash, so that it can grow. */
const COST = { N: 16_384, r: 8, p: 1 };
const KEY_LENGTH = 32;
const SALT_LENGTH = 16;
const IV_LENGTH = 12;
const TAG_LENGTH = 16;

/** `scrypt$N$r$p$salt$key`, salt and key in base64. */
export async function hashSecret(secret: string, random: RandomSource): Promise<string> {
  const salt = random.bytes(SALT_LENGTH);
  const key = await scrypt(secret, salt, KEY_LENGTH, COST);
  const { N, r, p } = COST;
  return ["scrypt", N, r, p, salt.toString("base64"), key.toString("base64")].join("$");
}

/** Whether a secret is the one that was hashed, in a time that does not tell how near it is. */
export async function isSecret(secret: string, hash: string): Promise<boolean> {
  const [scheme, N, r, p, salt, key] = hash.split("$");
  if (scheme !== "scrypt" || salt === undefined || key === undefined) return false;
  const expected = Buffer.from(key, "base64");
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  const actual = await scrypt(secret, Buffer.from(salt, "base64"), expected.length, cost);
  return timingSafeEqual(actual, expected);
}

/** AES-256-GCM: the IV, the tag and the text, one after the other. */
export function encryptSecret(secret: string, key: Buffer, random: RandomSource): Buffer {
  const iv = random.bytes(IV_LENGTH);
  const cipher = createCipheriv("aes-256-gcm", key, iv);
  const text = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), text]);
}

/**
 * The secret again.
 *
 * @throws Error when the key is another one, or the bytes were changed
 */
export function decryptSecret(encrypted: Buffer, key: Buffer): string {
  const iv = encrypted.subarray(0, IV_LENGTH);
  const decipher = createDecipheriv("aes-256-gcm", key, iv);
  decipher.setAuthTag(encrypted.subarray(IV_LENGTH, IV_LENGTH + TAG_LENGTH));
  const text = decipher.update(encrypted.subarray(IV_LENGTH + TAG_LENGTH));
  return Buffer.concat([text, decipher.final()]).toString("utf8");
}
