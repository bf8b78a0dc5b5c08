import { createHmac } from "node:crypto";
import { join } from "node:path";
import type pg from "pg";
import {
  openJournal,
  readJournal,
  writeBlock,
  type CopiedBlock,
  type CopyHead,
} from "./journal.ts";
import { openRows } from "./rows.ts";
import { readMigrations, readTables, type CopiedTable } from "./tables.ts";

/** Rows of one file, before compression: also what is in memory at once, a few times over. */
const BLOCK_BYTES = 4 * 1024 * 1024;

export interface ExportOptions {
  /** A connection of the owner of the database, outside a transaction. */
  readonly client: pg.ClientBase;
  readonly folder: string;
  readonly now: Date;
  /** For a new copy; one that goes on keeps its own. */
  readonly copyId: string;
  readonly secretsKey: Buffer;
  /** After each file: how many rows of a table the copy has by now. */
  readonly onProgress: (table: string, rows: number) => void;
  /** The copy that was begun cannot go on: the database has changed since. */
  readonly onAgain: () => void;
}

/**
 * Copies every table to files, as of one instant, beside a running service. A copy that was broken off
 * goes on where it was if nothing was written to the database meanwhile; otherwise it begins again,
 * because half of it would be of another instant. Answers how many rows the copy has.
 */
export async function exportDatabase(options: ExportOptions): Promise<number> {
  const { client, folder, now, copyId, secretsKey } = options;
  await client.query("begin isolation level repeatable read read only");
  try {
    await client.query("set local timezone = 'UTC'");
    const tide = await readTide(client);
    const found = await readJournal(folder);
    const goesOn = found.head?.tide === tide;
    if (found.head && !goesOn) options.onAgain();
    const done = goesOn ? found.lines : [];
    const journal = await openJournal(folder, { again: !goesOn });
    const tables = await readTables(client);
    if (!goesOn) {
      const head: CopyHead = {
        format: 1,
        copyId,
        beganAt: now.toISOString(),
        migrations: await readMigrations(client),
        tables,
        tide,
        keyProof: keyProof(secretsKey, copyId),
      };
      await journal.append(head);
    }
    let rows = 0;
    for (const table of tables) {
      const blocks = done.filter((line) => "table" in line && line.table === table.name);
      const ended = done.some((line) => "tableEnd" in line && line.tableEnd === table.name);
      const before = blocks as CopiedBlock[];
      let copied = before.reduce((sum, block) => sum + block.rows, 0);
      if (!ended) {
        for await (const block of exportTable(client, folder, table, before)) {
          await journal.append(block);
          copied += block.rows;
          options.onProgress(table.name, copied);
        }
        await journal.append({ tableEnd: table.name });
      }
      rows += copied;
    }
    if (!done.some((line) => "complete" in line)) await journal.append({ complete: true });
    await journal.close();
    return rows;
  } finally {
    await client.query("rollback");
  }
}

async function* exportTable(
  client: pg.ClientBase,
  folder: string,
  table: CopiedTable,
  before: readonly CopiedBlock[],
): AsyncGenerator<CopiedBlock> {
  const reader = await openRows(client, table);
  await reader.skip(before.reduce((sum, { rows }) => sum + rows, 0));
  for (let number = before.length + 1; ; number += 1) {
    const { lines, sha256 } = await reader.takeBytes(BLOCK_BYTES);
    if (lines.length === 0) break;
    const file = join(table.name, `${String(number).padStart(7, "0")}.ndjson.gz`);
    await writeBlock(join(folder, file), lines);
    yield { table: table.name, file, rows: lines.length, sha256 };
  }
  await reader.close();
}

/** The same key of the secrets makes the same proof; the proof does not tell the key. */
export function keyProof(secretsKey: Buffer, copyId: string): string {
  return createHmac("sha256", secretsKey).update(`sms-certificat copy ${copyId}`).digest("hex");
}

/** What the server counts of rows written to our tables; leases are renewed without meaning anything. */
async function readTide(client: pg.ClientBase): Promise<string> {
  const { rows } = await client.query<{ tide: string }>(
    `select coalesce((select stats_reset::text from pg_stat_database
         where datname = current_database()), '') || ' '
       || (select oid from pg_database where datname = current_database()) || ' '
       || sum(n_tup_ins) || ' ' || sum(n_tup_upd) || ' ' || sum(n_tup_del) as tide
     from pg_stat_user_tables where schemaname = 'public' and relname <> 'leases'`,
  );
  return rows[0]?.tide ?? "";
}
