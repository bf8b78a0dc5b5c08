import type { MessageId } from "../domain/ids.ts";
import { instants, texts, uuids } from "./connection/columns.ts";
import type { Connection } from "./connection/database.ts";
import { CONFLICT } from "./conflicts.ts";

/** The steps that have work rows. */
export const STEPS = ["relay", "settle", "certify", "notify"] as const;
export type Step = (typeof STEPS)[number];

export function isStep(word: string): word is Step {
  return (STEPS as readonly string[]).includes(word);
}

/** A claimed step of a message. */
export interface Work {
  readonly step: Step;
  readonly messageId: MessageId;
  /** How often it was claimed, this time included. */
  readonly attempts: number;
  /**
   * When the lease ends: the `run_at` that the claim wrote. Whoever changes it meanwhile, a later
   * claim or a step that makes the work due again, keeps the row from being finished or put off.
   */
  readonly lease: Date;
}

/** The only lane of a single server; a distributed one cuts work by lane, so every key begins with it. */
export const LANE = 0;

/** Makes a step due for messages; one that is due later comes forward, one given up stays so. */
export async function enqueue(
  db: Connection,
  step: Step,
  messageIds: readonly MessageId[],
  runAt: Date,
): Promise<void> {
  await db.query({
    name: "enqueue",
    text: `insert into work (lane, step, message_id, run_at, attempts, dead)
     select $1, $2, message_id, $4, 0, false from unnest($3::uuid[]) as due (message_id)
     order by message_id
     on conflict (lane, step, message_id)
       do update set run_at = least(work.run_at, excluded.run_at) where not work.dead`,
    values: [LANE, step, uuids([...new Set(messageIds)]), runAt],
  });
}

/**
 * Takes up to `limit` due rows. The claim pushes `run_at` to the end of the lease: a process that dies
 * loses its claim by itself, and whoever comes later cannot take the row before.
 */
export async function claim(
  db: Connection,
  step: Step,
  now: Date,
  { leaseMilliseconds, limit }: { leaseMilliseconds: number; limit: number },
): Promise<Work[]> {
  const lease = new Date(now.getTime() + leaseMilliseconds);
  const { rows } = await db.query<{ message_id: MessageId; attempts: number }>(
    // By the places of the rows: a join could be planned the wrong way round, when the table has grown
    // faster than the statistics about it.
    `update work set run_at = $4, attempts = attempts + 1
     where ctid = any (array(
       select ctid from work where lane = $1 and step = $2 and run_at <= $3 and not dead
       order by run_at limit $5 for update skip locked))
     returning message_id, attempts`,
    [LANE, step, now, lease, limit],
  );
  return rows.map((row) => ({ step, messageId: row.message_id, attempts: row.attempts, lease }));
}

/**
 * Steps are done; a row that was claimed or made due again meanwhile stays. The lease is asked for twice:
 * PostgreSQL before 17.7 (15.15, 16.11) does not look again at the place of a row that it had to wait for.
 */
export async function finish(db: Connection, works: readonly Work[]): Promise<void> {
  await db.query(
    `delete from work where ctid = any (array(
       select held.ctid
       from unnest($2::text[], $3::uuid[], $4::timestamptz[]) as done (step, message_id, lease)
       cross join lateral (
         select ctid from work where lane = $1 and step = done.step
           and message_id = done.message_id and run_at = done.lease offset 0) held))
       and run_at = any($4::timestamptz[])`,
    [
      LANE,
      texts(works.map(({ step }) => step)),
      uuids(works.map(({ messageId }) => messageId)),
      instants(works.map(({ lease }) => lease)),
    ],
  );
}

/** Takes out whatever was still to be done for a message: nothing is. */
export async function abandon(db: Connection, messageId: MessageId): Promise<void> {
  await db.query("delete from work where lane = $1 and message_id = $2", [LANE, messageId]);
}

/**
 * Lengthens claims that are held still, and answers which were; nobody else can take them before the
 * transaction ends.
 *
 * @param claims each with its new lease, and with those that it may have now
 */
export async function renew(
  db: Connection,
  claims: readonly { readonly work: Work; readonly leases: readonly Date[] }[],
): Promise<ReadonlySet<MessageId>> {
  const pairs = claims.flatMap(({ work, leases }) => leases.map((lease) => ({ work, lease })));
  const { rows } = await db.query<{ message_id: MessageId }>(
    `update work set run_at = held.until
     from unnest($2::text[], $3::uuid[], $4::timestamptz[], $5::timestamptz[])
       as held (step, message_id, lease, until)
     where lane = $1 and work.step = held.step and work.message_id = held.message_id
       and run_at = held.lease and not dead
     returning work.message_id`,
    [
      LANE,
      texts(pairs.map(({ work }) => work.step)),
      uuids(pairs.map(({ work }) => work.messageId)),
      instants(pairs.map(({ lease }) => lease)),
      instants(pairs.map(({ work }) => work.lease)),
    ],
  );
  return new Set(rows.map(({ message_id }) => message_id));
}

/** The step is tried again at an instant, unless it was made due before that meanwhile. */
export async function retry(
  db: Connection,
  work: Work,
  runAt: Date,
  cause: string,
  attempts = work.attempts,
): Promise<Work> {
  await db.query(
    `update work set run_at = $5, cause = $6, attempts = $7
     where lane = $1 and step = $2 and message_id = $3 and run_at = $4`,
    [LANE, work.step, work.messageId, work.lease, runAt, cause.slice(0, 500), attempts],
  );
  return { ...work, lease: runAt };
}

/** The step waits for a person; it stays visible. */
export async function giveUp(db: Connection, work: Work, cause: string, at: Date): Promise<void> {
  await db.query(
    `update work set dead = true, cause = $5, given_up_at = $6
     where lane = $1 and step = $2 and message_id = $3 and run_at = $4`,
    [LANE, work.step, work.messageId, work.lease, cause.slice(0, 500), at],
  );
}

export interface Backlog {
  /** Batches are no steps of messages, but wait like them. */
  readonly step: Step | "batch";
  readonly waiting: number;
  readonly due: number;
  /** Given up: they wait for a person. */
  readonly dead: number;
  /** How often the hardest was tried. */
  readonly mostAttempts: number;
  readonly oldestDueAt: Date | undefined;
  /** Why one of those that wait was put off. */
  readonly cause: string | undefined;
}

/**
 * What is left to do, every step in its order: what an operator looks at to see that nothing is stuck.
 * It reads the work that is left, whatever the history.
 */
export async function readBacklog(db: Connection, now: Date): Promise<Backlog[]> {
  const { rows } = await db.query<{
    step: Step;
    waiting: number;
    due: number;
    dead: number;
    most_attempts: number;
    oldest: Date | null;
    cause: string | null;
  }>(
    `select step, (count(*) filter (where not dead))::integer as waiting,
       (count(*) filter (where not dead and run_at <= $1))::integer as due,
       (count(*) filter (where dead))::integer as dead,
       coalesce(max(attempts) filter (where not dead), 0) as most_attempts,
       min(run_at) filter (where not dead and run_at <= $1) as oldest,
       max(cause) filter (where not dead) as cause
     from unnest($2::text[]) with ordinality as steps (step, place)
     left join work using (step)
     group by step, place order by place`,
    [now, STEPS],
  );
  return rows.map(({ oldest, cause, most_attempts, ...row }) => ({
    ...row,
    mostAttempts: most_attempts,
    oldestDueAt: oldest ?? undefined,
    cause: cause ?? undefined,
  }));
}

/** Messages whose receipts contradict each other, and that wait for a person. */
export async function countConflicts(db: Connection): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::integer as count from work
     where step = 'settle' and dead and cause like 'conflict:%'`,
  );
  return rows[0]?.count ?? 0;
}

/** A step that was given up, with the reason. */
export interface DeadWork extends Record<string, string | number> {
  readonly step: Step;
  readonly message: string;
  readonly attempts: number;
  readonly cause: string;
}

export async function readDeadWork(db: Connection, limit = 200): Promise<DeadWork[]> {
  const { rows } = await db.query<DeadWork>(
    `select step, message_id as message, attempts, coalesce(cause, '') as cause from work
     where dead order by run_at limit $1`,
    [limit],
  );
  return rows;
}

/** Puts a step that was given up back to work; false when it was not. */
export async function requeue(
  db: Connection,
  step: Step,
  messageId: string,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update work set dead = false, given_up_at = null, run_at = $4, attempts = 0
     where lane = $1 and step = $2 and message_id::text = $3 and dead`,
    [LANE, step, messageId, now],
  );
  return rowCount === 1;
}

/**
 * Makes the work of a step again for messages that have lost it, and answers how many had. A step that
 * finds nothing left to do ends at once, so one too many harms nobody.
 */
export async function restoreWork(
  db: Connection,
  step: Step,
  messageIds: readonly string[],
  now: Date,
): Promise<number> {
  const { rowCount } = await db.query(
    `insert into work (lane, step, message_id, run_at, attempts, dead)
     select $1, $2, message_id, case when $2 = 'relay' then greatest(scheduled_at, $4) else $4 end,
       0, false
     from messages where message_id = any($3::uuid[])
     on conflict do nothing`,
    [LANE, step, messageIds, now],
  );
  return rowCount ?? 0;
}

/**
 * Puts every row of a step back to work that was given up for a cause beginning like this, and answers
 * how many. What is held for the decision of a person stays: trying again decides nothing.
 */
export async function requeueByCause(
  db: Connection,
  step: Step,
  cause: string,
  now: Date,
): Promise<number> {
  const { rowCount } = await db.query(
    `update work set dead = false, given_up_at = null, run_at = $4, attempts = 0
     where lane = $1 and step = $2 and dead and starts_with(cause, $3)
       and not (step = 'settle' and starts_with(cause, $5))`,
    [LANE, step, cause, now, CONFLICT],
  );
  return rowCount ?? 0;
}
