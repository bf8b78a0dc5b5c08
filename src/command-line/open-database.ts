import type pg from "pg";
import { openDatabase } from "../open-database.ts";
import { secretsKey } from "../secrets-key.ts";
import { parseSettings, readEnvironment, type Settings } from "../settings.ts";
import { systemClock, systemRandom } from "../system.ts";
import { print } from "./command.ts";

/** What a command that administers works on. */
export interface OpenDatabase {
  readonly db: pg.Pool;
  readonly secretsKey: Buffer;
  readonly settings: Settings;
}

/** Opens the database of the settings for one command, beside a running service or without one. */
export async function withDatabase<T>(work: (database: OpenDatabase) => Promise<T>): Promise<T> {
  const settings = parseSettings(readEnvironment());
  const database = await openDatabase(settings, {
    now: systemClock.now(),
    join: true,
    onError: (error) => print(`database: ${error.message}`),
  });
  try {
    const key = await secretsKey(settings, systemRandom);
    return await work({ db: database.db, secretsKey: key, settings });
  } finally {
    await database.close();
  }
}
