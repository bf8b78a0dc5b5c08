import { join } from "node:path";
import type pg from "pg";
import { keyProof } from "./export.ts";
import { readBlock, readJournal, type CopiedBlock, type CopyHead } from "./journal.ts";
import { hashLines, insertRows, openRows } from "./rows.ts";
import { makeMonths, quoted, readMigrations, type CopiedTable } from "./tables.ts";

/** Why a copy cannot be taken in. */
export type ImportRefusal =
  | "noCopy"
  | "incompleteCopy"
  | "otherVersion"
  | "otherKey"
  | "notEmpty"
  | "anotherImport"
  | "damagedFile"
  | "differs";

export class CopyRefused extends Error {
  override readonly name = "CopyRefused";
  readonly refusal: ImportRefusal;

  constructor(refusal: ImportRefusal, detail = "") {
    super(`${refusal} ${detail}`.trim());
    this.refusal = refusal;
  }
}

export interface ImportOptions {
  /** A connection of the owner of a database that has the schema and nothing else. */
  readonly client: pg.ClientBase;
  readonly folder: string;
  readonly now: Date;
  readonly secretsKey: Buffer;
  /** The first instant inside the ids of a copy, read from one of them. */
  readonly instantOf: (uuid: string) => Date;
  /** Messages that were to be sent wait for a person: the copy is old, they may have been sent since. */
  readonly holdRelay: boolean;
  /** After each file: how many rows of a table were taken in, or compared, by now. */
  readonly onProgress: (table: string, rows: number, doing: "taken in" | "compared") => void;
}

/**
 * Takes in a copy, file by file; one that was broken off goes on where it was. Then reads every row
 * again and compares it with the copy. Answers how many rows there are. Until it has ended the service
 * does not start on this database.
 *
 * @throws CopyRefused
 */
export async function importDatabase(options: ImportOptions): Promise<number> {
  const { client, folder } = options;
  const { head, lines } = await readJournal(folder);
  if (!head) throw new CopyRefused("noCopy");
  if (!lines.some((line) => "complete" in line)) throw new CopyRefused("incompleteCopy");
  await assertFits(options, head);
  const blocks = lines.filter((line): line is CopiedBlock => "file" in line);
  await begin(client, head);
  await makeAllMonths(options, head, blocks);
  const taken = new Map<string, number>();
  for (const block of blocks) {
    const there = (taken.get(block.table) ?? 0) + block.rows;
    taken.set(block.table, there);
    if (await takeIn(client, folder, tableOf(head, block), block)) {
      options.onProgress(block.table, there, "taken in");
    }
  }
  const rows = await compare(options, head, blocks);
  if (options.holdRelay) await holdRelay(client, options.now);
  await client.query("drop table import_progress");
  return rows;
}

async function assertFits(
  { client, secretsKey }: ImportOptions,
  { migrations, copyId, keyProof: proof }: CopyHead,
): Promise<void> {
  const here = await readMigrations(client);
  if (here.join("\n") !== migrations.join("\n")) throw new CopyRefused("otherVersion");
  if (keyProof(secretsKey, copyId) !== proof) throw new CopyRefused("otherKey");
}

async function begin(client: pg.ClientBase, { copyId, tables }: CopyHead): Promise<void> {
  const { rows } = await client.query<{ begun: string | null }>(
    "select to_regclass('public.import_progress')::text as begun",
  );
  if (rows[0]?.begun) {
    const same = await client.query("select from import_progress where copy_id = $1", [copyId]);
    if (same.rowCount === 0) throw new CopyRefused("anotherImport");
    return;
  }
  for (const { name } of tables) {
    const { rowCount } = await client.query(`select from ${quoted(name)} limit 1`);
    if (rowCount !== 0) throw new CopyRefused("notEmpty", name);
  }
  await client.query("begin");
  await client.query("create table import_progress (copy_id text not null, file text primary key)");
  await client.query("insert into import_progress values ($1, '')", [copyId]);
  await client.query("commit");
}

/** The first row of each table has its oldest key. */
async function makeAllMonths(
  { client, folder, now, instantOf }: ImportOptions,
  { tables }: CopyHead,
  blocks: readonly CopiedBlock[],
): Promise<void> {
  let first = now;
  for (const { name, monthKey } of tables) {
    const block = blocks.find(({ table }) => table === name);
    if (monthKey === undefined || !block) continue;
    const [line] = await readWhole(folder, block);
    const row = JSON.parse(line ?? "{}") as Record<string, string>;
    const at = instantOf(row[monthKey] ?? "");
    if (at < first) first = at;
  }
  await makeMonths(client, first, now);
}

/** @throws CopyRefused when the file is not the one that was written */
async function readWhole(folder: string, block: CopiedBlock): Promise<string[]> {
  const lines = await readBlock(join(folder, block.file)).catch(() => []);
  if (hashLines(lines) === block.sha256) return lines;
  throw new CopyRefused("damagedFile", block.file);
}

/** One file, once: its rows and the note that they are there share a transaction. */
async function takeIn(
  client: pg.ClientBase,
  folder: string,
  table: CopiedTable,
  block: CopiedBlock,
): Promise<boolean> {
  const done = await client.query("select from import_progress where file = $1", [block.file]);
  if (done.rowCount !== 0) return false;
  const lines = await readWhole(folder, block);
  await client.query("begin");
  try {
    await insertRows(client, table, lines);
    await client.query(
      "insert into import_progress select copy_id, $1 from import_progress where file = ''",
      [block.file],
    );
    await client.query("commit");
    return true;
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
}

/** Reads everything again, in the order of the copy, and compares block by block. */
async function compare(
  { client, onProgress }: ImportOptions,
  { tables }: CopyHead,
  blocks: readonly CopiedBlock[],
): Promise<number> {
  await client.query("begin isolation level repeatable read read only");
  try {
    await client.query("set local timezone = 'UTC'");
    let rows = 0;
    for (const table of tables) {
      const reader = await openRows(client, table);
      let compared = 0;
      for (const block of blocks.filter((each) => each.table === table.name)) {
        const { sha256 } = await reader.take(block.rows);
        if (sha256 !== block.sha256) throw new CopyRefused("differs", block.file);
        compared += block.rows;
        onProgress(table.name, compared, "compared");
      }
      rows += compared;
      const { lines } = await reader.take(1);
      if (lines.length > 0) throw new CopyRefused("differs", table.name);
      await reader.close();
    }
    return rows;
  } finally {
    await client.query("rollback");
  }
}

async function holdRelay(client: pg.ClientBase, now: Date): Promise<void> {
  await client.query(
    `update work set dead = true, given_up_at = $1,
       cause = 'restored from a copy: it may have been sent since'
     where step = 'relay' and not dead`,
    [now],
  );
}

function tableOf({ tables }: CopyHead, block: CopiedBlock): CopiedTable {
  const table = tables.find(({ name }) => name === block.table);
  if (!table) throw new CopyRefused("damagedFile", block.file);
  return table;
}
