import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import pg from "pg";
import { findEmbedded, startEmbedded, type EmbeddedDatabase } from "../../src/store/embedded.ts";
import { isAlive, readPostmaster } from "../../src/store/embedded/postmaster.ts";
import { restoreLinks } from "../../src/store/embedded/binaries.ts";
import { systemTimers } from "../../src/system.ts";
import { killTree } from "../support/process-tree.ts";
import { nodeWords } from "../support/program.ts";

/** A data directory after its first start, to copy: making one takes most of a second. */
let made: string;
let directory: string;
let running: EmbeddedDatabase[];
let children: ChildProcess[];

beforeAll(async () => {
  made = await mkdtemp(join(tmpdir(), "embedded-"));
  await (await startEmbedded({ dataDirectory: made, timers: systemTimers })).stop();
});
afterAll(() => rm(made, { recursive: true, force: true }));

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "embedded-"));
  running = [];
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await Promise.all(running.map((database) => database.stop()));
  // The server of a killed child is ending, and still writes.
  await rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});

async function start(dataDirectory = directory): Promise<EmbeddedDatabase> {
  const database = await startEmbedded({ dataDirectory, timers: systemTimers });
  running.push(database);
  return database;
}

/** A process of its own that starts the database and tells the number of each durable row. */
function startWriter(): { child: ChildProcess; lines: AsyncIterator<string> } {
  const [command, ...words] = nodeWords("test/support/embedded-writer.ts", directory);
  const child = spawn(command, words, { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

async function query(config: pg.ClientConfig, sql: string): Promise<unknown[]> {
  const client = new pg.Client(config);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function useMadeDirectory(): Promise<void> {
  const copy = spawn("cp", ["--archive", join(made, "postgres"), directory]);
  await once(copy, "exit");
}

const cluster = (): string => join(directory, "postgres", "cluster");

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}

test("it is private, durable, and nobody who works in it is a superuser", async () => {
  const { owner, app } = await start();
  const settings = `select name, setting from pg_settings
    where name in ('fsync', 'synchronous_commit', 'listen_addresses') order by name`;
  expect(await query(app, settings)).toEqual([
    { name: "fsync", setting: "on" },
    { name: "listen_addresses", setting: "" },
    { name: "synchronous_commit", setting: "on" },
  ]);
  const powers = `select rolsuper or rolbypassrls or rolreplication as dangerous, rolcreaterole
    from pg_roles where rolname = session_user`;
  expect(await query(owner, powers)).toEqual([{ dangerous: false, rolcreaterole: true }]);
  expect(await query(app, powers)).toEqual([{ dangerous: false, rolcreaterole: false }]);
  await expect(query(app, "create table mine ()")).rejects.toThrow("permission denied");
  const { mode } = await stat(app.host ?? "");
  expect(mode & 0o077).toBe(0);
});

test("kill -9 leaves no orphan and loses nothing that was durable", async () => {
  await useMadeDirectory();
  for (let round = 1; round <= 3; round += 1) {
    const { child, lines } = startWriter();
    let told = 0;
    while (told < 200) told = Number((await lines.next()).value);
    const server = await readPostmaster(cluster());
    child.kill("SIGKILL");
    for (;;) {
      const line = await lines.next();
      if (line.done) break;
      told = Number(line.value);
    }
    // In odd rounds the next start comes at once and has to wait for its predecessor itself.
    if (round % 2 === 0) await until(() => !isAlive(server?.pid ?? 0));
    const database = await start();
    const [row] = await query(database.owner, "select max(n)::integer as n from written");
    expect((row as { n: number }).n).toBeGreaterThanOrEqual(told);
    expect(await readPostmaster(cluster())).not.toMatchObject({ pid: server?.pid });
    await query(database.owner, "delete from written");
    await database.stop();
  }
  expect(await readPostmaster(cluster())).toBeUndefined();
});

test("kill -9 while the data directory is being made leaves nothing in the way", async () => {
  const { child } = startWriter();
  const root = join(directory, "postgres");
  const names = (): Promise<string[]> => readdir(root).catch(() => []);
  await until(async () => (await names()).some((name) => name.startsWith("cluster.init")));
  child.kill("SIGKILL");
  await once(child, "exit");
  const database = await start();
  expect(await query(database.app, "select 1 as one")).toEqual([{ one: 1 }]);
  expect((await names()).filter((name) => name.startsWith("cluster."))).toEqual([]);
});

test("a second service on the same folder is refused in words, and the first goes on", async () => {
  await useMadeDirectory();
  const first = await start();
  await expect(start()).rejects.toMatchObject({
    name: "SetupProblem",
    words: {
      ca: expect.stringMatching(/^Un altre procés ja fa servir la base de dades/) as string,
    },
  });
  expect(await query(first.app, "select 1 as one")).toEqual([{ one: 1 }]);
});

test("of two that start at once on a new folder one wins", async () => {
  const writers = [startWriter(), startWriter()];
  const answers = await Promise.all(
    writers.map(async ({ lines }) => String((await lines.next()).value)),
  );
  expect(answers.filter((answer) => answer === "1")).toHaveLength(1);
});

test("a command beside a running service finds its database", async () => {
  await useMadeDirectory();
  expect(await findEmbedded(directory)).toBeUndefined();
  const service = await start();
  const found = await findEmbedded(directory);
  expect(found).toEqual({ owner: service.owner, app: service.app });
  await service.stop();
  expect(await findEmbedded(directory)).toBeUndefined();
});

test("leftovers whose number is another program's by now are no obstacle", async () => {
  await useMadeDirectory();
  const stale = `${process.pid}\n${cluster()}\n1750000000\n5432\n${directory}\n\n0 0\nready   \n`;
  await writeFile(join(cluster(), "postmaster.pid"), stale);
  await writeFile(join(directory, "postgres", ".s.PGSQL.5432.lock"), stale);
  const database = await start();
  expect(await query(database.app, "select 1 as one")).toEqual([{ one: 1 }]);
});

test("kill -9 of the service and all of its database at once loses nothing either", async () => {
  await useMadeDirectory();
  for (let round = 1; round <= 3; round += 1) {
    const { child, lines } = startWriter();
    let told = 0;
    while (told < 100) told = Number((await lines.next()).value);
    killTree(child.pid ?? 0);
    const database = await start();
    const [row] = await query(database.owner, "select max(n)::integer as n from written");
    expect((row as { n: number }).n).toBeGreaterThanOrEqual(told);
    await query(database.owner, "delete from written");
    await database.stop();
  }
});

test("a folder whose path is too long for a socket works", async () => {
  const deep = join(
    directory,
    "a-name-of-forty-characters-for-a-folder-",
    "b".repeat(40),
    "ç".repeat(20),
  );
  await mkdir(deep, { recursive: true });
  const database = await start(deep);
  expect(await query(database.app, "select 1 as one")).toEqual([{ one: 1 }]);
  const sockets = database.app.host ?? "";
  expect(sockets.startsWith(tmpdir())).toBe(true);
  await database.stop();
  await expect(readdir(sockets)).rejects.toThrow("ENOENT");
});

test("data of another major version is refused in words", async () => {
  await useMadeDirectory();
  await writeFile(join(cluster(), "PG_VERSION"), "17\n");
  await expect(start()).rejects.toThrow(/belong to PostgreSQL 17/);
});

test("a damaged data directory is told in the words of PostgreSQL", async () => {
  await useMadeDirectory();
  await rm(join(cluster(), "global", "pg_control"));
  await expect(start()).rejects.toThrow(/could not be started[^]*pg_control/);
});

test("a server that ends by itself is told to the service", async () => {
  await useMadeDirectory();
  const lost = new Promise<Error>((onLost) => {
    void startEmbedded({ dataDirectory: directory, timers: systemTimers, onLost }).then(
      (database) => {
        running.push(database);
        return readPostmaster(cluster()).then((server) => process.kill(server?.pid ?? 0, "SIGINT"));
      },
    );
  });
  expect((await lost).message).toContain("the database server ended");
});

test("no value of a statement reaches the server's log", async () => {
  await useMadeDirectory();
  const { owner } = await start();
  await query(owner, "create table secret (name text primary key)");
  await query(owner, "insert into secret values ('Maria Puig')");
  await expect(query(owner, "insert into secret values ('Maria Puig')")).rejects.toThrow(
    "duplicate",
  );
  const log = await readFile(join(directory, "postgres", "postgres.log"), "utf8");
  expect(log).toContain("duplicate key");
  expect(log).not.toContain("Maria");
});

test("the links of the package are made when install scripts were switched off", async () => {
  const lib = join(directory, "native", "lib");
  await mkdir(lib, { recursive: true });
  await writeFile(join(lib, "libx.so.1.2"), "the library");
  await writeFile(
    join(directory, "native", "pg-symlinks.json"),
    JSON.stringify([{ source: "native/lib/libx.so.1.2", target: "native/lib/libx.so.1" }]),
  );
  await restoreLinks(directory);
  await restoreLinks(directory);
  expect(await readFile(join(lib, "libx.so.1"), "utf8")).toBe("the library");
});
