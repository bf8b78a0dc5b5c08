import { createHash } from "node:crypto";
import type pg from "pg";
import { quoted, type CopiedTable } from "./tables.ts";

/** Consecutive rows of a table, each as one line of JSON. */
interface RowBlock {
  readonly lines: readonly string[];
  readonly sha256: string;
}

const MOST_ROWS = 5_000;
const FIRST_ROWS = 20;

export function hashLines(lines: readonly string[]): string {
  const hash = createHash("sha256");
  for (const line of lines) hash.update(line).update("\n");
  return hash.digest("hex");
}

/** Rows of a table in the order of their key, read piece by piece through a cursor of the server. */
export interface RowReader {
  /** Goes over rows without reading them. */
  skip(rows: number): Promise<void>;
  /** Exactly so many rows, fewer at the end. */
  take(rows: number): Promise<RowBlock>;
  /** About so many bytes; empty at the end. */
  takeBytes(bytes: number): Promise<RowBlock>;
  close(): Promise<void>;
}

/** @param client inside a transaction; the rows are those of its snapshot */
export async function openRows(client: pg.ClientBase, table: CopiedTable): Promise<RowReader> {
  const columns = table.columns.map(quoted).join(", ");
  await client.query(
    `declare copied no scroll cursor for select row_to_json(t)::text as line
     from (select ${columns} from ${quoted(table.name)} order by ${table.order.join(", ")}) t`,
  );
  let rows = FIRST_ROWS;
  async function take(count: number): Promise<RowBlock> {
    const fetched = await client.query<{ line: string }>(`fetch ${count} from copied`);
    const lines = fetched.rows.map(({ line }) => line);
    return { lines, sha256: hashLines(lines) };
  }
  return {
    async skip(count) {
      if (count > 0) await client.query(`move forward ${count} in copied`);
    },
    take,
    async takeBytes(bytes) {
      const block = await take(rows);
      const size = block.lines.reduce((sum, line) => sum + line.length, 0);
      if (size > 0) {
        const fitting = Math.floor((bytes / size) * block.lines.length);
        rows = Math.max(1, Math.min(MOST_ROWS, rows * 10, fitting));
      }
      return block;
    },
    async close() {
      await client.query("close copied");
    },
  };
}

/** Inserts a block of rows as they were read. */
export async function insertRows(
  client: pg.ClientBase,
  table: CopiedTable,
  lines: readonly string[],
): Promise<void> {
  const columns = table.columns.map(quoted).join(", ");
  await client.query(
    `insert into ${quoted(table.name)} (${columns})
     select ${columns} from json_populate_recordset(null::${quoted(table.name)}, $1::json)`,
    [`[${lines.join(",")}]`],
  );
}
