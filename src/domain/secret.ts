import {
  createCipheriv,
  createDecipheriv,
  hash,
  scrypt,
  timingSafeEqual,
  type ScryptOptions,
} from "node:crypto";
import type { RandomSource } from "./clock.ts";

/** 16 MiB and some 50 ms for each guess (RFC 7914). Kept in the hash, so that it may grow later. */
const COST = { N: 16_384, r: 8, p: 1 } as const;
const SALT_LENGTH = 16;
const HASH_LENGTH = 32;

/**
 * A new secret: 24 letters and digits, some 142 random bits. Without the two signs of base64url a double
 * click takes it whole, and no command line takes it for an option.
 */
export function makeSecret(random: RandomSource): string {
  for (;;) {
    const secret = random.bytes(18).toString("base64url");
    if (/^[A-Za-z0-9]+$/.test(secret)) return secret;
  }
}

/** The scrypt of a secret, with its cost and salt: `scrypt$16384$8$1$salt$hash`, base64url. */
export async function hashSecret(secret: string, random: RandomSource): Promise<string> {
  const salt = random.bytes(SALT_LENGTH);
  const hash = await derive(secret, salt, COST);
  const { N, r, p } = COST;
  return ["scrypt", N, r, p, salt.toString("base64url"), hash.toString("base64url")].join("$");
}

/** Whether a secret is the one that was hashed; false as well for a hash that cannot be read. */
export async function verifySecret(secret: string, stored: string): Promise<boolean> {
  const [scheme, N, r, p, salt, hash] = stored.split("$");
  if (scheme !== "scrypt" || salt === undefined || hash === undefined) return false;
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  const derived = await derive(secret, Buffer.from(salt, "base64url"), cost);
  return equalBytes(derived, Buffer.from(hash, "base64url"));
}

/** Compares without telling by its time where two values differ. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;

/** AES-256-GCM under a key of 32 bytes: nonce (12), tag (16), ciphertext. */
export function encryptSecret(secret: string, key: Buffer, random: RandomSource): Buffer {
  const nonce = random.bytes(NONCE_LENGTH);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const text = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

/** @throws Error when it was encrypted under another key or was changed */
export function decryptSecret(encrypted: Buffer, key: Buffer): string {
  const nonce = encrypted.subarray(0, NONCE_LENGTH);
  const tag = encrypted.subarray(NONCE_LENGTH, NONCE_LENGTH + TAG_LENGTH);
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_LENGTH });
  decipher.setAuthTag(tag);
  const text = encrypted.subarray(NONCE_LENGTH + TAG_LENGTH);
  return Buffer.concat([decipher.update(text), decipher.final()]).toString("utf8");
}

/**
 * WS-Security UsernameToken Profile 1.1, 3.1: SHA-1 of nonce, Created as it was written, and secret.
 */
export function passwordDigest(nonce: Uint8Array, created: string, secret: string): Buffer {
  return hash("sha1", Buffer.concat([nonce, Buffer.from(created + secret)]), "buffer");
}

function derive(secret: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(secret.normalize("NFC"), salt, HASH_LENGTH, options, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
