import type { Connection } from "./connection/database.ts";

/** Makes the monthly partitions up to `ahead` months after an instant; answers how many it made. */
export async function ensureMonths(db: Connection, now: Date, ahead = 12): Promise<number> {
  const { rows } = await db.query<{ made: number }>("select ensure_months($1, $2) as made", [
    now,
    ahead,
  ]);
  return rows[0]?.made ?? 0;
}

/** Purges up to `batch` certificates whose time has come; answers how many went. */
export async function purgeExpired(db: Connection, now: Date, batch = 500): Promise<number> {
  const { rows } = await db.query<{ gone: number }>("select purge_expired($1, $2) as gone", [
    now,
    batch,
  ]);
  return rows[0]?.gone ?? 0;
}

/** Purges up to `batch` cancelled messages whose five years are over; answers how many went. */
export async function purgeCancelled(db: Connection, now: Date, batch = 500): Promise<number> {
  const { rows } = await db.query<{ gone: number }>("select purge_cancelled($1, $2) as gone", [
    now,
    batch,
  ]);
  return rows[0]?.gone ?? 0;
}

/** Drops the partitions of old months that hold nothing any more; answers how many. */
export async function dropEmptyMonths(db: Connection, now: Date): Promise<number> {
  const { rows } = await db.query<{ dropped: number }>("select drop_empty_months($1) as dropped", [
    now,
  ]);
  return rows[0]?.dropped ?? 0;
}

/**
 * For how many months after that of the instant every fact has a partition. Without one for the month
 * itself, below 0, nothing can be accepted.
 */
export async function readMonthsAhead(db: Connection, now: Date): Promise<number> {
  const { rows } = await db.query<{ ahead: number }>("select months_ahead($1) as ahead", [now]);
  return rows[0]?.ahead ?? -1;
}

/** Removes receipts and subscribers' texts that belong to nobody; answers how many went. */
export async function forgetStrays(
  db: Connection,
  now: Date,
  receivedBefore: Date,
): Promise<number> {
  const { rows } = await db.query<{ gone: number }>("select forget_strays($1, $2) as gone", [
    now,
    receivedBefore,
  ]);
  return rows[0]?.gone ?? 0;
}

/** How far the database's clock is from ours, in milliseconds; positive when the database is ahead. */
export async function clockSkew(db: Connection, now: Date): Promise<number> {
  const { rows } = await db.query<{ at: Date }>("select clock_timestamp() as at");
  return rows[0] ? rows[0].at.getTime() - now.getTime() : 0;
}
