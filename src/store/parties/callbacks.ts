import type { CallbackEvent } from "../../domain/callback.ts";
import type { EntityId, MessageId } from "../../domain/ids.ts";
import { instants, integers, texts, uuids } from "../connection/columns.ts";
import type { Connection } from "../connection/database.ts";

/** The endpoint of an entity, as an administrator set it. */
export interface Callback {
  readonly entityId: EntityId;
  readonly style: "soap" | "json";
  readonly url: string;
  readonly events: readonly CallbackEvent[];
  readonly security: "none" | "passwordText" | "passwordDigest" | "hmac";
  readonly username: string | undefined;
  readonly encryptedSecret: Buffer | undefined;
  readonly enabled: boolean;
}

interface CallbackRow {
  entity_id: EntityId;
  style: Callback["style"];
  url: string;
  events: CallbackEvent[];
  security: Callback["security"];
  username: string | null;
  secret_encrypted: Buffer | null;
  enabled: boolean;
}

export async function saveCallback(db: Connection, callback: Callback): Promise<void> {
  await db.query(
    `insert into callbacks
       (entity_id, style, url, events, security, username, secret_encrypted, enabled)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (entity_id) do update set style = excluded.style, url = excluded.url,
       events = excluded.events, security = excluded.security, username = excluded.username,
       secret_encrypted = excluded.secret_encrypted, enabled = excluded.enabled`,
    [
      callback.entityId,
      callback.style,
      callback.url,
      callback.events,
      callback.security,
      callback.username,
      callback.encryptedSecret,
      callback.enabled,
    ],
  );
}

export async function findCallback(
  db: Connection,
  entityId: EntityId,
): Promise<Callback | undefined> {
  const { rows } = await db.query<CallbackRow>(
    `select entity_id, style, url, events, security, username, secret_encrypted, enabled
     from callbacks where entity_id = $1`,
    [entityId],
  );
  const [row] = rows;
  return (
    row && {
      entityId: row.entity_id,
      style: row.style,
      url: row.url,
      events: row.events,
      security: row.security,
      username: row.username ?? undefined,
      encryptedSecret: row.secret_encrypted ?? undefined,
      enabled: row.enabled,
    }
  );
}

/** One event that is to be told. */
export interface DueCallback {
  readonly eventId: string;
  readonly entityId: EntityId;
  readonly messageId: MessageId;
  readonly event: CallbackEvent;
  readonly at: Date;
  readonly attempts: number;
  /** The `run_at` that the claim wrote: who comes later has another. */
  readonly lease: Date;
}

/** Something that an entity may want to be told of a message. */
export interface EvidenceNews {
  readonly eventId: string;
  readonly messageId: MessageId;
  /** The place in the chain that orders what is told. */
  readonly seq: number;
  readonly event: CallbackEvent;
  readonly at: Date;
}

/**
 * Notes what is to be told about evidence, for the entities that asked for it; it goes into the
 * transaction of the evidence. Where no entity has an endpoint it costs one look at an empty table.
 */
export async function enqueueCallbacks(
  db: Connection,
  news: readonly EvidenceNews[],
): Promise<void> {
  if (news.length === 0) return;
  // To plan the statement below takes longer, for every month of messages that there is.
  const { rowCount } = await db.query({
    name: "endpoints",
    text: "select from callbacks where enabled limit 1",
  });
  if (rowCount === 0) return;
  const sorted = news.map(({ messageId }) => messageId).toSorted();
  await db.query(
    `insert into callback_events
       (event_id, entity_id, message_id, seq, event, at, run_at, attempts, dead)
     select e.event_id, m.entity_id, e.message_id, e.seq, e.event, e.at, e.at, 0, false
     from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::text[], $5::timestamptz[])
       as e (event_id, message_id, seq, event, at)
     join messages m on m.message_id = e.message_id and m.message_id between $6 and $7
     join callbacks c on c.entity_id = m.entity_id and c.enabled and e.event = any(c.events)
     on conflict do nothing`,
    [
      uuids(news.map(({ eventId }) => eventId)),
      uuids(news.map(({ messageId }) => messageId)),
      integers(news.map(({ seq }) => seq)),
      texts(news.map(({ event }) => event)),
      instants(news.map(({ at }) => at)),
      sorted[0],
      sorted.at(-1),
    ],
  );
}

/** Takes up due events; a later one of a message waits until the earlier ones are told or given up. */
export async function claimCallbacks(
  db: Connection,
  now: Date,
  { leaseUntil, limit }: { readonly leaseUntil: Date; readonly limit: number },
): Promise<DueCallback[]> {
  const { rows } = await db.query<{
    event_id: string;
    entity_id: EntityId;
    message_id: MessageId;
    event: CallbackEvent;
    at: Date;
    attempts: number;
  }>(
    `update callback_events t set run_at = $2, attempts = t.attempts + 1
     from (select event_id from callback_events e
           where run_at <= $1 and not dead and not exists (
             select from callback_events before where before.message_id = e.message_id
               and not before.dead and before.seq < e.seq)
           order by run_at limit $3 for update skip locked) due
     where t.event_id = due.event_id
     returning t.event_id, t.entity_id, t.message_id, t.event, t.at, t.attempts`,
    [now, leaseUntil, limit],
  );
  return rows.map((row) => ({
    eventId: row.event_id,
    entityId: row.entity_id,
    messageId: row.message_id,
    event: row.event,
    at: row.at,
    attempts: row.attempts,
    lease: leaseUntil,
  }));
}

export async function finishCallback(db: Connection, { eventId }: DueCallback): Promise<void> {
  await db.query("delete from callback_events where event_id = $1", [eventId]);
}

/** @param runAt when to try again; undefined: given up, kept and visible */
export async function putOffCallback(
  db: Connection,
  { eventId, lease }: DueCallback,
  runAt: Date | undefined,
  cause: string,
): Promise<void> {
  await db.query(
    `update callback_events set run_at = coalesce($3, run_at), dead = $3::timestamptz is null,
       cause = $4
     where event_id = $1 and run_at = $2`,
    [eventId, lease, runAt, cause.slice(0, 500)],
  );
}

export async function readCallbackBacklog(
  db: Connection,
  entityId: EntityId,
): Promise<{
  readonly waiting: number;
  readonly dead: number;
  readonly cause: string | undefined;
}> {
  const { rows } = await db.query<{ waiting: number; dead: number; cause: string | null }>(
    `select count(*) filter (where not dead)::integer as waiting,
       count(*) filter (where dead)::integer as dead, max(cause) as cause
     from callback_events where entity_id = $1`,
    [entityId],
  );
  return {
    waiting: rows[0]?.waiting ?? 0,
    dead: rows[0]?.dead ?? 0,
    cause: rows[0]?.cause ?? undefined,
  };
}

/** What is to be told to all entities. */
export interface UntoldEvents {
  readonly waiting: number;
  /** Given up after three days: a person makes them due again. */
  readonly dead: number;
  /** When the oldest of those that wait happened. */
  readonly oldestAt: Date | undefined;
}

/** Reads what is still to be told, whatever the history. */
export async function readUntold(db: Connection): Promise<UntoldEvents> {
  const { rows } = await db.query<{ waiting: number; dead: number; oldest: Date | null }>(
    `select count(*) filter (where not dead)::integer as waiting,
       count(*) filter (where dead)::integer as dead, min(at) filter (where not dead) as oldest
     from callback_events`,
  );
  const [row] = rows;
  return {
    waiting: row?.waiting ?? 0,
    dead: row?.dead ?? 0,
    oldestAt: row?.oldest ?? undefined,
  };
}

/** An endpoint, and what it has not been told. */
export interface CallbackOverview extends Record<string, string | number | boolean> {
  readonly entity: string;
  readonly style: string;
  readonly enabled: boolean;
  readonly waiting: number;
  readonly givenUp: number;
  readonly cause: string;
}

export async function listCallbacks(db: Connection): Promise<CallbackOverview[]> {
  const { rows } = await db.query<CallbackOverview>(
    `select e.nif as entity, c.style, c.enabled,
       (count(t.event_id) filter (where not t.dead))::integer as waiting,
       (count(t.event_id) filter (where t.dead))::integer as "givenUp",
       coalesce(max(t.cause), '') as cause
     from callbacks c join entities e using (entity_id)
     left join callback_events t using (entity_id)
     group by e.nif, c.style, c.enabled order by e.nif`,
  );
  return rows;
}

/** Makes what was given up due again. */
export async function requeueCallbacks(
  db: Connection,
  entityId: EntityId,
  now: Date,
): Promise<number> {
  const { rowCount } = await db.query(
    `update callback_events set dead = false, attempts = 0, run_at = $2
     where entity_id = $1 and dead`,
    [entityId, now],
  );
  return rowCount ?? 0;
}
