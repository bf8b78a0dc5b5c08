import type pg from "pg";
import { CHAIN, FINISHED, ISO, KEY, MADE, PARTS, WAITING } from "./history-rows.ts";
import { withClient } from "./database.ts";
import type { Taken } from "./reporting-smsc.ts";

export const HISTORY_OPERATOR = "Operador simulat";
/** What one statement makes at most: it fits into memory. */
const MOST_AT_ONCE = 50_000;
const SESSION = [
  "set synchronous_commit = off",
  "set temp_buffers = '256MB'",
  "set work_mem = '128MB'",
];

interface Messages {
  /** They are numbered from here, and so are their references. */
  readonly first: number;
  readonly count: number;
  /** Between which instants they were accepted. */
  readonly from: Date;
  readonly until: Date;
  /** Whose every tenth is. */
  readonly entityId: string;
  readonly userId: string;
}

export const referenceOf = (number: number): string =>
  `history-${String(number).padStart(13, "0")}`;

/** Fills a database with messages that are over, as years of service leave them. */
export async function insertHistory(
  ownerUrl: string,
  messages: Messages,
  now: Date,
  onProgress: (done: number) => void = () => undefined,
): Promise<void> {
  await withClient(ownerUrl, async (client) => {
    const months = Math.ceil((now.getTime() - messages.from.getTime()) / (28 * 86_400_000));
    await client.query("select ensure_months($1, $2)", [messages.from, months + 12]);
    await insertAll(client, messages, FINISHED, [HISTORY_OPERATOR, now], onProgress);
  });
  await tidy(ownerUrl);
}

/** Messages that the operator has taken and whose reports are still to come; answers what it took. */
export async function insertWaiting(ownerUrl: string, messages: Messages): Promise<Taken[]> {
  return withClient(ownerUrl, async (client) => {
    await insertAll(client, messages, WAITING, [HISTORY_OPERATOR], () => undefined);
    const { rows } = await client.query<Taken>(
      `select match_key as id, substr(recipient, 2) as recipient from awaited_segments
       order by message_id desc, segment limit $1`,
      [messages.count],
    );
    return rows;
  });
}

async function insertAll(
  client: pg.Client,
  { first, count, from, until, entityId, userId }: Messages,
  statements: readonly string[],
  parameters: readonly unknown[],
  onProgress: (done: number) => void,
): Promise<void> {
  for (const sql of [...SESSION, ISO, CHAIN, KEY]) await client.query(sql);
  const span = until.getTime() - from.getTime();
  for (let done = 0; done < count;) {
    const size = Math.min(MOST_AT_ONCE, count - done);
    const at = (place: number): Date => new Date(from.getTime() + (span * place) / count);
    await client.query("begin");
    await client.query(MADE, [at(done), at(done + size), first + done, size, entityId, userId]);
    await client.query(PARTS);
    await client.query("create index on parts (message_id)");
    await client.query("analyze made, parts");
    for (const sql of statements) {
      await client.query(
        sql,
        parameters.slice(0, sql.includes("$2") ? 2 : sql.includes("$1") ? 1 : 0),
      );
    }
    await client.query("commit");
    done += size;
    onProgress(done);
  }
}

/** What autovacuum has done when a database has run for a while: every table, and no partitioned one. */
async function tidy(ownerUrl: string): Promise<void> {
  await withClient(ownerUrl, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `select oid::regclass::text as name from pg_class
       where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1`,
    );
    for (const { name } of rows) await client.query(`vacuum (analyze) ${name}`);
  });
}
