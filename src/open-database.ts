import type pg from "pg";
import { packageFile } from "./package-file.ts";
import type { Settings } from "./settings.ts";
import { createPool } from "./store/database.ts";
import { findEmbedded, startEmbedded } from "./store/embedded.ts";
import { prepareDatabase } from "./store/prepare-database.ts";
import { ensureMonths } from "./store/retention.ts";
import { asApplication } from "./store/roles.ts";
import { systemTimers } from "./system.ts";

export interface OpenDatabase {
  /** As the application: it may do what the migrations grant to it and no more. */
  readonly db: pg.Pool;
  close(): Promise<void>;
}

interface Options {
  readonly now: Date;
  /** Uses the embedded database that another process of the service runs, when there is one. */
  readonly join: boolean;
  readonly onError: (error: Error) => void;
}

/**
 * Opens the database that the settings name, ready for this program: roles, migrations, partitions.
 *
 * @throws SetupProblem what a person has to mend
 */
export async function openDatabase(settings: Settings, options: Options): Promise<OpenDatabase> {
  const { app, stop } = await connect(settings, options);
  const closing = { begun: false };
  const db = createPool(app, (error) => {
    // The server may be gone before the last connection has read our farewell.
    if (!closing.begun) options.onError(error);
  });
  try {
    await ensureMonths(db, options.now);
  } catch (error) {
    await db.end();
    await stop();
    throw error;
  }
  return {
    db,
    async close() {
      closing.begun = true;
      await db.end();
      await stop();
    },
  };
}

interface Connected {
  readonly app: pg.PoolConfig;
  readonly stop: () => Promise<void>;
}

async function connect(settings: Settings, options: Options): Promise<Connected> {
  const directory = packageFile("migrations");
  const { now } = options;
  const { database, dataDirectory } = settings;
  if (database) {
    const { url, ownerUrl } = database;
    await prepareDatabase({ owner: { connectionString: ownerUrl ?? url }, directory, now });
    const connectionString = ownerUrl === undefined ? asApplication(url) : url;
    return { app: { connectionString }, stop: () => Promise.resolve() };
  }
  const running = options.join ? await findEmbedded(dataDirectory) : undefined;
  if (running) return { app: running.app, stop: () => Promise.resolve() };
  const embedded = await startEmbedded({
    dataDirectory,
    timers: systemTimers,
    onLost: options.onError,
  });
  await prepareDatabase({ owner: embedded.owner, directory, now });
  return { app: embedded.app, stop: () => embedded.stop() };
}
