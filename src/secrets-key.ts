import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RandomSource } from "./domain/clock.ts";
import type { Settings } from "./settings.ts";

const LENGTH = 32;

/**
 * The key that encrypts users' secrets: the one of the settings, else one that is made once and kept
 * in the data directory for its owner alone.
 */
export async function secretsKey(settings: Settings, random: RandomSource): Promise<Buffer> {
  if (settings.secretsKey) return settings.secretsKey;
  await mkdir(settings.dataDirectory, { recursive: true, mode: 0o700 });
  const path = join(settings.dataDirectory, "secrets.key");
  try {
    await writeFile(path, random.bytes(LENGTH).toString("base64"), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return Buffer.from(await readFile(path, "utf8"), "base64");
}
