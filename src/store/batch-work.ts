import type { BatchRequest } from "./batches.ts";
import type { Connection } from "./connection/database.ts";
import type { Backlog } from "./work.ts";

export interface BatchWork {
  readonly batchId: string;
  /** The `run_at` that the claim wrote. */
  readonly lease: Date;
}

/** A request that is tried again later. */
export interface BatchWait {
  readonly position: number;
  /** How often it failed. */
  readonly attempts: number;
  /** When it failed first. */
  readonly since: Date;
  readonly runAt: Date;
  /** A code; never a value of the caller's. */
  readonly cause: string;
}

export interface DueRequest extends BatchRequest {
  /** Undefined: it has not failed yet. */
  readonly failed: { readonly attempts: number; readonly since: Date } | undefined;
}

export async function enqueueBatch(db: Connection, batchId: string, runAt: Date): Promise<void> {
  await db.query(
    `insert into batch_work (batch_id, run_at, attempts) values ($1, $2, 0)
     on conflict do nothing`,
    [batchId, runAt],
  );
}

/** Takes up one due batch: a process that dies loses its claim when the lease is over. */
export async function claimBatch(
  db: Connection,
  now: Date,
  leaseMilliseconds: number,
): Promise<BatchWork | undefined> {
  const lease = new Date(now.getTime() + leaseMilliseconds);
  const { rows } = await db.query<{ batch_id: string }>(
    `update batch_work set run_at = $2, attempts = attempts + 1
     from (select batch_id from batch_work where run_at <= $1
           order by run_at limit 1 for update skip locked) due
     where batch_work.batch_id = due.batch_id
     returning batch_work.batch_id`,
    [now, lease],
  );
  return rows[0] && { batchId: rows[0].batch_id, lease };
}

/** Requests that have no answer and need not wait, in order. */
export async function readDueRequests(
  db: Connection,
  batchId: string,
  now: Date,
  limit: number,
): Promise<DueRequest[]> {
  const { rows } = await db.query<{
    position: number;
    request: unknown;
    attempts: number | null;
    since: Date | null;
  }>(
    `select r.position, r.request, w.attempts, w.since
     from batch_requests r left join batch_waits w using (batch_id, position)
     where r.batch_id = $1 and (w.run_at is null or w.run_at <= $2) and not exists (
       select from batch_answers a where a.batch_id = r.batch_id and a.position = r.position)
     order by r.position limit $3`,
    [batchId, now, limit],
  );
  return rows.map(({ position, request, attempts, since }) => ({
    position,
    request,
    failed: attempts !== null && since ? { attempts, since } : undefined,
  }));
}

/** Keeps a claim to the end of the transaction; false when the batch was claimed again meanwhile. */
export async function holdBatch(db: Connection, work: BatchWork): Promise<boolean> {
  const { rowCount } = await db.query(
    "select from batch_work where batch_id = $1 and run_at = $2 for update",
    [work.batchId, work.lease],
  );
  return rowCount === 1;
}

export async function saveBatchWaits(
  db: Connection,
  batchId: string,
  waits: readonly BatchWait[],
): Promise<void> {
  await db.query(
    `insert into batch_waits (batch_id, position, attempts, since, run_at, cause)
     select $1, position, attempts, since, run_at, cause
     from unnest($2::smallint[], $3::integer[], $4::timestamptz[], $5::timestamptz[], $6::text[])
       as waits (position, attempts, since, run_at, cause)
     on conflict (batch_id, position) do update
       set attempts = excluded.attempts, run_at = excluded.run_at, cause = excluded.cause`,
    [
      batchId,
      waits.map(({ position }) => position),
      waits.map(({ attempts }) => attempts),
      waits.map(({ since }) => since),
      waits.map(({ runAt }) => runAt),
      waits.map(({ cause }) => cause),
    ],
  );
}

/**
 * Ends a claim that is held: the batch leaves the work when every request has its answer, else it is
 * due again when the first of the others is.
 */
export async function endBatchClaim(
  db: Connection,
  { batchId }: BatchWork,
  now: Date,
): Promise<void> {
  await db.query(
    `delete from batch_waits w using batch_answers a
     where w.batch_id = $1 and a.batch_id = w.batch_id and a.position = w.position`,
    [batchId],
  );
  const { rows } = await db.query<{ due_at: Date | null }>(
    `select min(greatest(w.run_at, $2)) as due_at
     from batch_requests r left join batch_waits w using (batch_id, position)
     where r.batch_id = $1 and not exists (
       select from batch_answers a where a.batch_id = r.batch_id and a.position = r.position)`,
    [batchId, now],
  );
  const dueAt = rows[0]?.due_at;
  if (dueAt) {
    await db.query("update batch_work set run_at = $2, attempts = 0 where batch_id = $1", [
      batchId,
      dueAt,
    ]);
  } else await db.query("delete from batch_work where batch_id = $1", [batchId]);
}

/** Batches that are not finished, as what is left to do. */
export async function readBatchBacklog(db: Connection, now: Date): Promise<Backlog> {
  const { rows } = await db.query<{
    waiting: number;
    due: number;
    most_attempts: number;
    oldest: Date | null;
    cause: string | null;
  }>(
    `select count(distinct b.batch_id)::integer as waiting,
       (count(distinct b.batch_id) filter (where b.run_at <= $1))::integer as due,
       coalesce(max(greatest(b.attempts, w.attempts)), 0) as most_attempts,
       min(b.run_at) filter (where b.run_at <= $1) as oldest, max(w.cause) as cause
     from batch_work b left join batch_waits w using (batch_id)`,
    [now],
  );
  const [row] = rows;
  return {
    step: "batch",
    waiting: row?.waiting ?? 0,
    due: row?.due ?? 0,
    dead: 0,
    mostAttempts: row?.most_attempts ?? 0,
    oldestDueAt: row?.oldest ?? undefined,
    cause: row?.cause ?? undefined,
  };
}
