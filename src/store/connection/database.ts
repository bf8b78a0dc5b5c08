import pg from "pg";
import { IllegalEvidence } from "../../domain/message.ts";

/** A pool, or the client of a running transaction. Store functions take it first. */
export type Connection = pg.Pool | pg.PoolClient;

/**
 * How often the same work is begun when it ends like this: a race that a primary key has decided, a
 * serialization failure, a deadlock; a lock that was waited for in vain, which has taken long already.
 */
const TRIES: Readonly<Record<string, number>> = { 23505: 5, 40001: 5, "40P01": 5, "55P03": 2 };

/**
 * A connection pool of the application, which is never a superuser.
 *
 * @param prepare statements that have a name are parsed and planned once for each connection, which is
 *   most of what a small one costs; off behind a pooler that cannot keep them (PgBouncer before 1.21).
 *   Only those have a name that look nothing up in a table that grows: the plan of one that was small
 *   would be kept
 */
export function createPool(
  config: pg.PoolConfig,
  onError: (error: Error) => void,
  { prepare = true }: { readonly prepare?: boolean } = {},
): pg.Pool {
  const pool = new pg.Pool({
    max: 10,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 30_000,
    // The statement's own limit is the server's: a peer that has gone silent needs one of ours.
    query_timeout: 35_000,
    keepAlive: true,
    lock_timeout: 10_000,
    idle_in_transaction_session_timeout: 60_000,
    application_name: "sms-certificat",
    ...config,
  });
  // Without a listener the error of an idle connection ends the process.
  pool.on("error", onError);
  // So does that of a connection that a transaction has in hand between two statements; the next one
  // fails with it.
  pool.on("connect", (client) => client.on("error", () => undefined));
  if (!prepare) pool.on("connect", withoutNames);
  return pool;
}

function withoutNames(client: pg.PoolClient): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  const unnamed = (statement: string | pg.QueryConfig, ...more: unknown[]): unknown =>
    query(typeof statement === "string" ? statement : { ...statement, name: undefined }, ...more);
  Object.assign(client, { query: unnamed });
}

/**
 * Runs the work in one transaction; what it wrote is durable when this resolves. The work is run again
 * from its start after a deadlock, a lock that did not come or when another process inserted first (a
 * primary key decides every race), so it must read what it decides upon inside.
 */
export function transaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  return retrying(async () => {
    const client = await pool.connect();
    let broken = false;
    try {
      await client.query("begin");
      const result = await work(client);
      await client.query("commit");
      return result;
    } catch (error) {
      broken = await client.query("rollback").then(
        () => false,
        () => true,
      );
      throw error;
    } finally {
      client.release(broken);
    }
  });
}

/** Runs a single statement, which is a transaction by itself, again where transaction() would. */
export async function retrying<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries >= (TRIES[sqlState(error) ?? ""] ?? 1)) throw error;
    }
  }
}

/** Whether what was to be written is at fault, and not the database or the way to it. */
export function isFaultOfContent(error: unknown): boolean {
  if (error instanceof RangeError || error instanceof TypeError) return true;
  if (error instanceof DataInconsistency || error instanceof IllegalEvidence) return true;
  return /^(22|23|42|54|P0)/.test(sqlState(error) ?? "");
}

/**
 * Whether the server, not the statement, is at fault: no room on a disk, no memory, no connection, a
 * shutdown. What was to be done is as right as before.
 */
export function isServerOutage(error: unknown): boolean {
  return /^(?:08|53|57P|58030)/.test(sqlState(error) ?? "");
}

/** The SQLSTATE of a database error; undefined for anything else. */
function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

/** A row that cannot be read as what it should be: a damaged database, or a bug. */
export class DataInconsistency extends Error {
  override readonly name = "DataInconsistency";
}
