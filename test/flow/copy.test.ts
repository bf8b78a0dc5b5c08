import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm, truncate, copyFile, readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { uuidv7 } from "../../src/domain/ids.ts";
import { systemRandom } from "../../src/system.ts";
import { createTestPool } from "../support/database.ts";
import { peer } from "../support/peers.ts";
import { killTree } from "../support/process-tree.ts";
import { nodeWords } from "../support/program.ts";
import { POSTGRES_15, servePostgres, type ServedPostgres } from "../support/postgres-15.ts";
import { startStory, type Story } from "../support/story.ts";
import type pg from "pg";

const KEY = Buffer.alloc(32, 7).toString("base64");

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a command of the program; kills it, with all below it, as soon as it has said so many lines. */
function sms(
  environment: Readonly<Record<string, string>>,
  args: readonly string[],
  kill?: { readonly after: RegExp; readonly lines: number },
): Promise<Ended> {
  const [command, ...words] = nodeWords("src/main.ts", ...args);
  const { PATH, HOME } = process.env;
  const child = spawn(command, words, {
    env: { PATH, HOME, SECRETS_KEY: KEY, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let fitting = 0;
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      output += `${line}\n`;
      if (!kill?.after.test(line) || child.pid === undefined) return;
      fitting += 1;
      if (fitting === kill.lines) killTree(child.pid);
    });
  }
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, output })));
}

/** What connections have written is counted seconds later, or when they end, as a stopped service does. */
async function tellCounts(pool: pg.Pool): Promise<void> {
  const clients = await Promise.all(Array.from({ length: pool.totalCount }, () => pool.connect()));
  for (const client of clients) {
    await client.query("select pg_stat_force_next_flush()");
    client.release();
  }
}

peer(POSTGRES_15)("a database is moved", () => {
  let story: Story;
  let source: Record<string, string>;
  let server: ServedPostgres;
  let folder: string;
  let copy: string;
  let target: pg.Pool;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sms-certificat-copy-"));
    copy = join(folder, "copy");
    story = await startStory();
    for (const last of ["000", "010", "404", "009"]) {
      await story.accept(`moved-${last}`, `+346001000${last.slice(1)}`);
    }
    await story.accept("waiting", "+34600100000", {
      scheduledAt: new Date(story.context.clock.now().getTime() + 3_600_000),
    });
    await story.pass();
    // Enough certificates for several files: the first one's row again.
    const ids = Array.from({ length: 150 }, () => uuidv7(story.context.clock.now(), systemRandom));
    await story.database.owner.query(
      `insert into certificates (message_id, kind, csv, issued_at, stamped_at, retain_until, sha256, pdf)
       select id, kind, csv, issued_at, stamped_at, retain_until, sha256, pdf
       from (select * from certificates limit 1) c, unnest($1::uuid[]) as id`,
      [ids],
    );
    for (const pool of [story.database.app, story.database.owner]) await tellCounts(pool);
    source = { DATABASE_URL: story.database.appUrl, DATABASE_OWNER_URL: story.database.ownerUrl };
    server = await servePostgres();
    target = createTestPool(server.url);
  }, 240_000);
  afterAll(async () => {
    await target.end();
    await story.close();
    await server.remove();
    await rm(folder, { recursive: true, force: true });
  });
  /** A large table is told of after each of its files, and once with its sum. */
  const sumsTold = (output: string, line: RegExp): string[] =>
    [...output.matchAll(line)].map(([, rows = ""]) => rows);
  const certificates = async (): Promise<string[]> => {
    const { rows } = await story.database.owner.query<{ count: string }>(
      "select count(*) from certificates",
    );
    return rows.map(({ count }) => count);
  };
  const served = (): Record<string, string> => ({ DATABASE_URL: server.url });

  test("a copy that is killed in the middle goes on where it was", async () => {
    const killed = await sms(source, ["export", copy], { after: /^certificates: /, lines: 2 });
    expect(killed.code).not.toBe(0);
    const before = await readdir(join(copy, "certificates"));
    expect(before.length).toBeGreaterThanOrEqual(2);
    const refused = await sms(served(), ["import", copy]);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.output).toContain("the copy has not ended");

    // The crash tore the last line of the journal.
    const journal = join(copy, "journal.ndjson");
    const { length } = await readFile(journal);
    await truncate(journal, length - 3);
    const resumed = await sms(source, ["export", copy]);
    expect(resumed).toMatchObject({ code: 0 });
    expect(resumed.output).not.toContain("begins again");
    expect(resumed.output).not.toMatch(/^awaited_segments/m);
    expect(sumsTold(resumed.output, /^certificates: (\d+) rows$/gm)).toEqual(await certificates());
  }, 120_000);

  test("a copy that was begun before something changed begins again", async () => {
    const other = join(folder, "other");
    await sms(source, ["export", other], { after: /^certificates: /, lines: 1 });
    await story.database.owner.query("update entities set enabled = enabled");
    await tellCounts(story.database.owner);
    const again = await sms(source, ["export", other]);
    expect(again).toMatchObject({ code: 0 });
    expect(again.output).toContain("it begins again");
  }, 120_000);

  test("a damaged file, another key or a version of its own are refused", async () => {
    const [file = ""] = await readdir(join(copy, "messages"));
    const path = join(copy, "messages", file);
    await copyFile(path, join(folder, "kept"));
    await truncate(path, 100);
    const damaged = await sms(served(), ["import", copy]);
    expect(damaged.output).toContain("a file of the copy is damaged");
    await copyFile(join(folder, "kept"), path);
    const key = Buffer.alloc(32, 8).toString("base64");
    const other = await sms({ ...served(), SECRETS_KEY: key }, ["import", copy]);
    expect(other.output).toContain("encrypted with another key");
  }, 120_000);

  test("until an import has ended the service does not start; killed, it goes on where it was", async () => {
    const killed = await sms(served(), ["import", copy], { after: /taken in/, lines: 6 });
    expect(killed.code).not.toBe(0);
    const half = await sms(served(), ["work"]);
    expect(half).toMatchObject({ code: 1 });
    expect(half.output).toContain("has not ended");
    const resumed = await sms(served(), ["import", copy]);
    expect(resumed.output).not.toMatch(/^awaited_segments: .* taken in/m);
    expect(resumed.output).toMatch(/rows are the same as in the copy/);
    expect(sumsTold(resumed.output, /^certificates: (\d+) rows compared$/gm)).toEqual(
      await certificates(),
    );
    // The rows that this test made up stand for no message: verify says so, and nothing else.
    expect(resumed.code).toBe(1);
    const invariants = new Set(
      resumed.output.split("\n").flatMap((line) => /^(an? .*?|the .*?) {2}/.exec(line)?.[1] ?? []),
    );
    expect([...invariants].filter((name) => !name.startsWith("a certificate"))).toEqual([]);
  }, 120_000);

  test("every row is there, byte for byte, and the guards stand", async () => {
    const count = (pool: pg.Pool) =>
      pool.query(
        `select (select count(*) from messages) as messages, (select count(*) from work) as work,
           (select count(*) from evidence) as evidence, (select count(*) from users) as users,
           (select md5(string_agg(sha256 || encode(sha256(pdf), 'hex'), ' ' order by message_id))
            from certificates) as files`,
      );
    const [here, there] = [await count(story.database.owner), await count(target)];
    expect(there.rows).toEqual(here.rows);
    await expect(target.query("delete from certificates")).rejects.toThrow("cannot be changed");
    await expect(target.query("update evidence set at = at")).rejects.toThrow("cannot be changed");
    await expect(target.query("truncate messages")).rejects.toThrow("cannot be truncated");
    const again = await sms(served(), ["import", copy]);
    expect(again.output).toContain("the database is not empty");
  }, 60_000);

  test("it goes back into an embedded database, and what was to be sent may be held for a person", async () => {
    const embedded = { DATA_DIRECTORY: join(folder, "data") };
    const moved = await sms(embedded, ["import", copy, "--hold-relay"]);
    expect(moved.output).toMatch(/rows are the same as in the copy/);
    const work = await sms(embedded, ["work"]);
    expect(work.output).toContain("it may have been sent since");
  }, 120_000);
});
