import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import { SetupProblem } from "./setup-problem.ts";

/**
 * Plain SQL files `0001_words.sql`, run once each in the order of their numbers, forward only. The
 * ledger keeps the SHA-256 of every file that was run, so an edited file is noticed.
 */
interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
  /** False for the escape `-- no transaction` in the first line. */
  readonly inTransaction: boolean;
}

const FILE_NAME = /^(\d{4})_[a-z0-9_]+\.sql$/;
/** The first 8 bytes of "sms-cert"; any number will do as long as every replica uses the same. */
const LOCK = "8317430725601489524";

const TRY_LOCK = `select pg_try_advisory_xact_lock(${LOCK}) as taken`;
const TRY_SESSION_LOCK = `select pg_try_advisory_lock(${LOCK}) as taken`;
const CREATE_LEDGER = `
  create table if not exists schema_migrations (
    name text primary key,
    sha256 text not null,
    applied_at timestamptz not null
  )`;
const READ_LEDGER = "select name, sha256 from schema_migrations order by name";
const RECORD = "insert into schema_migrations (name, sha256, applied_at) values ($1, $2, $3)";

/**
 * Brings the database to the schema of this program; answers the files that were applied by this call.
 * Every replica may call it at its start: one works, the others wait. Each file is durable with its
 * entry in the ledger before the next one begins.
 *
 * A file that begins with `-- no transaction` is for what PostgreSQL refuses inside one
 * (`create index concurrently`): it holds one statement, which must be harmless when run again after
 * a crash.
 *
 * @param client a connection of the owner of the database, outside a transaction
 * @throws SetupProblem when an applied file was edited, or the database is newer than this program
 */
export async function migrate(options: {
  readonly client: pg.ClientBase;
  readonly directory: string;
  readonly now: Date;
}): Promise<string[]> {
  const { client, now } = options;
  const migrations = await readMigrations(options.directory);
  const applied: string[] = [];
  for (;;) {
    const step = await applyNext(client, migrations, now);
    if (step === "none left") return applied;
    if (step !== "another's turn") applied.push(step.applied);
  }
}

/** The migration files of a folder, in order. */
async function readMigrations(directory: string): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".sql")).sort();
  const numbers = new Set<string>();
  const migrations: Migration[] = [];
  for (const name of names) {
    const number = FILE_NAME.exec(name)?.[1];
    if (number === undefined || numbers.has(number)) throw badName(name);
    numbers.add(number);
    const sql = await readFile(join(directory, name), "utf8");
    migrations.push({
      name,
      sql,
      sha256: createHash("sha256").update(sql).digest("hex"),
      inTransaction: !/^--\s*no transaction\s*$/m.test(sql.split("\n", 1)[0] ?? ""),
    });
  }
  return migrations;
}

type Step = { readonly applied: string } | "another's turn" | "none left";

async function applyNext(
  client: pg.ClientBase,
  migrations: readonly Migration[],
  now: Date,
): Promise<Step> {
  await beginLocked(client);
  try {
    await client.query(CREATE_LEDGER);
    const { rows } = await client.query<{ name: string; sha256: string }>(READ_LEDGER);
    const next = nextMigration(migrations, rows);
    if (next?.inTransaction) {
      await client.query(next.sql);
      await client.query(RECORD, [next.name, next.sha256, now]);
    }
    await client.query("commit");
    if (!next) return "none left";
    if (next.inTransaction) return { applied: next.name };
    return await applyOutside(client, next, now);
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
}

/**
 * Waits by asking again, never inside the lock call: a statement that waits holds a snapshot, and
 * `create index concurrently` of the replica that has the lock would wait for that snapshot.
 */
async function beginLocked(client: pg.ClientBase): Promise<void> {
  for (;;) {
    await client.query("begin");
    const { rows } = await client.query<{ taken: boolean }>(TRY_LOCK);
    if (rows[0]?.taken) return;
    await client.query("rollback");
    await client.query("select pg_sleep(0.05)");
  }
}

async function applyOutside(client: pg.ClientBase, migration: Migration, now: Date): Promise<Step> {
  // Between the two locks another replica may have been quicker: the next round reads the ledger again.
  if (!(await takeSessionLock(client))) return "another's turn";
  try {
    const { name, sha256, sql } = migration;
    const done = await client.query("select from schema_migrations where name = $1", [name]);
    if (done.rowCount !== 0) return "another's turn";
    await client.query(sql);
    await client.query(RECORD, [name, sha256, now]);
    return { applied: name };
  } finally {
    await client.query(`select pg_advisory_unlock(${LOCK})`);
  }
}

async function takeSessionLock(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>(TRY_SESSION_LOCK);
  return rows[0]?.taken === true;
}

function nextMigration(
  migrations: readonly Migration[],
  ledger: readonly { readonly name: string; readonly sha256: string }[],
): Migration | undefined {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const entry of ledger) {
    const migration = known.get(entry.name);
    if (!migration) throw newerDatabase(entry.name);
    if (migration.sha256 !== entry.sha256) throw editedFile(entry.name);
  }
  const done = new Set(ledger.map((entry) => entry.name));
  const next = migrations.find((migration) => !done.has(migration.name));
  const last = ledger.at(-1)?.name;
  if (next && last !== undefined && next.name < last) throw outOfOrder(next.name, last);
  return next;
}

const badName = (name: string): SetupProblem =>
  new SetupProblem({
    ca: `Migració ${name}: el nom ha de ser com 0001_paraules.sql, amb un número que no es repeteixi.`,
    es: `Migración ${name}: el nombre debe ser como 0001_palabras.sql, con un número que no se repita.`,
    en: `Migration ${name}: the name must be like 0001_words.sql, with a number of its own.`,
  });

const editedFile = (name: string): SetupProblem =>
  new SetupProblem({
    ca: `La migració ${name} s'ha modificat després d'haver-se aplicat. Torneu al fitxer original i feu el canvi en una migració nova.`,
    es: `La migración ${name} se modificó después de aplicarse. Vuelva al fichero original y haga el cambio en una migración nueva.`,
    en: `Migration ${name} was changed after it was applied. Restore the file and make the change in another migration.`,
  });

const newerDatabase = (name: string): SetupProblem =>
  new SetupProblem({
    ca: `La base de dades és més nova que aquest programa (té aplicada la migració ${name}). Engegueu la versió del programa que la coneix.`,
    es: `La base de datos es más nueva que este programa (tiene aplicada la migración ${name}). Arranque la versión del programa que la conoce.`,
    en: `The database is newer than this program (it has migration ${name}). Start the version of the program that knows it.`,
  });

const outOfOrder = (name: string, last: string): SetupProblem =>
  new SetupProblem({
    ca: `La migració ${name} té un número inferior al de l'última aplicada (${last}). Canvieu-li el número.`,
    es: `La migración ${name} tiene un número inferior al de la última aplicada (${last}). Cámbiele el número.`,
    en: `Migration ${name} has a lower number than the last one that was applied (${last}). Give it a higher one.`,
  });
