import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { migrate } from "../../src/store/connection/migrate.ts";
import { createTestDatabase, withClient, type TestDatabase } from "../support/database.ts";

const now = new Date("2026-11-02T09:30:00.000Z");
let database: TestDatabase;
let directory: string;

beforeEach(async () => {
  database = await createTestDatabase({ empty: true });
  directory = await mkdtemp(join(tmpdir(), "migrations-"));
});
afterEach(async () => {
  await database.drop();
  await rm(directory, { recursive: true });
});

const file = (name: string, sql: string): Promise<void> => writeFile(join(directory, name), sql);
const run = (): Promise<string[]> =>
  withClient(database.ownerUrl, (client) => migrate({ client, directory, now }));
const rows = async (sql: string): Promise<unknown[]> =>
  (await database.owner.query<Record<string, unknown>>(sql)).rows;

test("files are applied once, in the order of their numbers, at the instant that was given", async () => {
  await file("0002_second.sql", "insert into first values (2);");
  await file("0001_first.sql", "create table first (n integer); insert into first values (1);");
  expect(await run()).toEqual(["0001_first.sql", "0002_second.sql"]);
  expect(await run()).toEqual([]);
  expect(await rows("select n from first order by n")).toEqual([{ n: 1 }, { n: 2 }]);
  expect(await rows("select distinct applied_at from schema_migrations")).toEqual([
    { applied_at: now },
  ]);
});

test("a file that fails leaves nothing behind and those before it stay", async () => {
  await file("0001_good.sql", "create table good ();");
  await file("0002_bad.sql", "create table half (); select 1/0;");
  await expect(run()).rejects.toThrow("division by zero");
  expect(await rows("select name from schema_migrations")).toEqual([{ name: "0001_good.sql" }]);
  expect(await rows("select to_regclass('half') as half")).toEqual([{ half: null }]);
});

test("a file that was edited after it was applied is refused", async () => {
  await file("0001_first.sql", "create table first ();");
  await run();
  await file("0001_first.sql", "create table first (n integer);");
  await expect(run()).rejects.toMatchObject({
    name: "SetupProblem",
    words: { ca: expect.stringContaining("0001_first.sql s'ha modificat") as string },
  });
});

test("a database that is newer than the program is refused", async () => {
  await file("0001_first.sql", "create table first ();");
  await file("0002_second.sql", "create table second ();");
  await run();
  await rm(join(directory, "0002_second.sql"));
  await expect(run()).rejects.toThrow(/newer than this program.*0002_second\.sql/);
});

test("a file numbered below the last one that was applied is refused", async () => {
  await file("0002_second.sql", "create table second ();");
  await run();
  await file("0001_first.sql", "create table first ();");
  await expect(run()).rejects.toThrow(/0001_first\.sql has a lower number/);
});

test.each(["1_short.sql", "0001-dash.sql", "0001_Capital.sql"])(
  "the name %s is refused",
  async (name) => {
    await file(name, "select 1;");
    await expect(run()).rejects.toThrow(name);
  },
);

test("two files with one number are refused", async () => {
  await file("0001_one.sql", "select 1;");
  await file("0001_two.sql", "select 1;");
  await expect(run()).rejects.toThrow("0001_two.sql");
});

test("of eight replicas that start at once one applies each file and all succeed", async () => {
  await file("0001_first.sql", "create table first (n integer); select pg_sleep(0.2);");
  await file("0002_index.sql", "-- no transaction\ncreate index concurrently on first (n);");
  await file("0003_third.sql", "create table third ();");
  const applied = await Promise.all(Array.from({ length: 8 }, run));
  expect(applied.flat().sort()).toEqual(["0001_first.sql", "0002_index.sql", "0003_third.sql"]);
  expect(
    await rows("select count(*)::integer as n from pg_indexes where tablename = 'first'"),
  ).toEqual([{ n: 1 }]);
});

test("a replica that dies in the middle of a file leaves the work to the next", async () => {
  await file("0001_first.sql", "create table first (); select pg_sleep(30);");
  const client = new pg.Client({ connectionString: database.ownerUrl });
  client.on("error", () => undefined);
  await client.connect();
  const dying = expect(migrate({ client, directory, now })).rejects.toThrow("terminat");
  const asleep = `select pid from pg_stat_activity
    where datname = current_database() and wait_event = 'PgSleep'`;
  let sleeping: unknown[] = [];
  while (sleeping.length === 0) sleeping = await rows(asleep);
  await rows(`select pg_terminate_backend(pid) from (${asleep}) as sleeper`);
  await dying;
  await file("0001_first.sql", "create table first ();");
  expect(await run()).toEqual(["0001_first.sql"]);
});
