import pg from "pg";
import { packageFile } from "./package-file.ts";
import type { Settings } from "./settings.ts";
import { createPool } from "./store/connection/database.ts";
import { findEmbedded, startEmbedded } from "./store/embedded.ts";
import { prepareDatabase } from "./store/connection/prepare-database.ts";
import { clientOfPrimary, findPrimary } from "./store/connection/primary.ts";
import { ensureMonths } from "./store/retention.ts";
import { asApplication } from "./store/connection/roles.ts";
import { isUnavailable } from "./store/connection/unavailable.ts";
import { SetupProblem } from "./store/connection/setup-problem.ts";
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
  const onError = (error: Error): void => {
    // The server may be gone before the last connection has read our farewell.
    if (!closing.begun) options.onError(error);
  };
  const db = createPool(app, onError, { prepare: settings.database?.prepare ?? true });
  try {
    await refuseHalfImport(db);
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

/**
 * Runs one piece of work on a connection of the owner of the tables, beside a running service or
 * without one; the database is brought to the schema of this program first.
 *
 * @throws SetupProblem what a person has to mend
 */
export async function withOwner<T>(
  settings: Settings,
  options: Options,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const { owner, stop } = await connect(settings, options);
  try {
    const client = new pg.Client({ application_name: "sms-certificat copy", ...owner });
    // The query that runs meanwhile fails with the same error.
    client.on("error", () => undefined);
    await client.connect();
    return await work(client).finally(() => client.end());
  } finally {
    await stop();
  }
}

async function refuseHalfImport(db: pg.Pool): Promise<void> {
  const { rows } = await db.query<{ begun: boolean }>(
    "select to_regclass('public.import_progress') is not null as begun",
  );
  if (!rows[0]?.begun) return;
  throw new SetupProblem({
    ca: "En aquesta base de dades hi ha una importació a mitges: torneu a executar `import` fins que acabi.",
    es: "En esta base de datos hay una importación a medias: vuelva a ejecutar `import` hasta que acabe.",
    en: "An import into this database has not ended: run `import` again until it has.",
  });
}

interface Connected {
  readonly app: pg.PoolConfig;
  readonly owner: pg.ClientConfig;
  readonly stop: () => Promise<void>;
}

async function connect(settings: Settings, options: Options): Promise<Connected> {
  return tryConnect(settings, options).catch((error: unknown) => {
    throw settings.database && isUnavailable(error) ? unanswered(error) : error;
  });
}

function unanswered(error: unknown): SetupProblem {
  const [first = error] = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  const why = first instanceof Error ? first.message : String(first);
  return new SetupProblem(
    {
      ca: `la base de dades no respon: ${why}`,
      es: `la base de datos no responde: ${why}`,
      en: `the database does not answer: ${why}`,
    },
    { cause: error },
  );
}

async function tryConnect(settings: Settings, options: Options): Promise<Connected> {
  const directory = packageFile("migrations");
  const { now } = options;
  const { database, dataDirectory } = settings;
  if (database) {
    const { urls, ownerUrls } = database;
    const owner = { connectionString: await findPrimary(ownerUrls ?? urls) };
    await prepareDatabase({ owner, directory, now });
    const addresses = ownerUrls ? urls : urls.map(asApplication);
    const connectionString = await findPrimary(addresses);
    const others = addresses.filter((address) => address !== connectionString);
    const app =
      others.length === 0
        ? { connectionString }
        : { connectionString, Client: clientOfPrimary([connectionString, ...others]) };
    return { app, owner, stop: () => Promise.resolve() };
  }
  const running = options.join ? await findEmbedded(dataDirectory) : undefined;
  if (running) return { ...running, stop: () => Promise.resolve() };
  const embedded = await startEmbedded({
    dataDirectory,
    timers: systemTimers,
    onLost: options.onError,
  });
  await prepareDatabase({ owner: embedded.owner, directory, now });
  return { app: embedded.app, owner: embedded.owner, stop: () => embedded.stop() };
}
