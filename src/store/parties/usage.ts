import type { EntityId } from "../../domain/ids.ts";
import type { Channel } from "../../domain/submission.ts";
import type { Connection } from "../connection/database.ts";

/** What was charged, of one month, entity, user, cost centre, channel and outcome. */
export interface UsageRow {
  /** Of the charge, in Europe/Madrid: 2026-11. */
  readonly month: string;
  readonly nif: string;
  readonly entity: string;
  readonly username: string;
  readonly costCentre: string | undefined;
  readonly channel: Channel;
  readonly outcome: "delivered" | "notDelivered" | "cancelled" | "open";
  readonly messages: number;
  readonly segments: number;
  /** Given back: nothing of their message was relayed. */
  readonly creditedSegments: number;
  readonly certificates: number;
  /** Euros without taxes, by the tariffs that were valid when each was charged; two places. */
  readonly amount: string;
}

/** A message is scheduled at most a year ahead, and its certificate is charged soon after. */
const LONGEST_LIFE = "14 months";

/**
 * What was charged from the first day of a month to the last of another, in Europe/Madrid.
 *
 * @param from the first month, `2026-11`
 * @param until the last month, included
 */
export async function readUsage(
  db: Connection,
  of: {
    readonly from: string;
    readonly until: string;
    readonly entityId: EntityId | undefined;
  },
): Promise<UsageRow[]> {
  const bounds = await readBounds(db, of);
  const { rows } = await db.query<{
    month: string;
    nif: string;
    name: string;
    username: string;
    cost_centre: string | null;
    channel: Channel;
    outcome: UsageRow["outcome"];
    messages: number;
    segments: number;
    credited: number;
    certificates: number;
    amount: string;
  }>(
    // The keys stand at each table, so that those of other years are left out.
    `with charged as (
       select c.message_id, c.item, c.units, c.at, c.entity_id,
         case c.item when 'smsCredit' then -c.units else c.units end * coalesce((
           select t.price from tariffs t
           where t.item = case c.item when 'certificate' then 'certificate' else 'sms' end
             and (t.entity_id = c.entity_id or t.entity_id is null) and t.valid_from <= c.at
           order by t.entity_id is null, t.valid_from desc limit 1), 0) as amount
       from charges c
       where c.at >= $1 and c.at < $2 and ($3::uuid is null or c.entity_id = $3)
         and c.message_id >= $4 and c.message_id < $5)
     select to_char(c.at at time zone 'Europe/Madrid', 'YYYY-MM') as month, e.nif, e.name, u.username,
       m.cost_centre, m.channel,
       -- What was given back without an outcome was cancelled.
       coalesce(o.kind, case when k.message_id is null then 'open' else 'cancelled' end) as outcome,
       count(*) filter (where c.item = 'sms')::integer as messages,
       coalesce(sum(c.units) filter (where c.item = 'sms'), 0)::integer as segments,
       coalesce(sum(c.units) filter (where c.item = 'smsCredit'), 0)::integer as credited,
       coalesce(sum(c.units) filter (where c.item = 'certificate'), 0)::integer as certificates,
       round(sum(c.amount), 2)::text as amount
     from charged c
     join messages m on m.message_id = c.message_id
       and m.message_id >= $4 and m.message_id < $5
     join entities e on e.entity_id = c.entity_id
     join users u on u.user_id = m.user_id
     left join outcomes o on o.message_id = c.message_id
       and o.message_id >= $4 and o.message_id < $5
     left join charges k on k.message_id = c.message_id and k.item = 'smsCredit'
       and k.message_id >= $4 and k.message_id < $5
     group by 1, e.nif, e.name, u.username, m.cost_centre, m.channel, 7
     order by 1, e.nif, u.username, m.cost_centre nulls first, m.channel, 7`,
    [bounds.since, bounds.before, of.entityId, bounds.first, bounds.last],
  );
  return rows.map((row) => ({
    month: row.month,
    nif: row.nif,
    entity: row.name,
    username: row.username,
    costCentre: row.cost_centre ?? undefined,
    channel: row.channel,
    outcome: row.outcome,
    messages: row.messages,
    segments: row.segments,
    creditedSegments: row.credited,
    certificates: row.certificates,
    amount: row.amount,
  }));
}

/** Of the months in Europe/Madrid, and between which keys the messages are that may be charged in them. */
async function readBounds(
  db: Connection,
  { from, until }: { readonly from: string; readonly until: string },
): Promise<{ since: Date; before: Date; first: string; last: string }> {
  const { rows } = await db.query<{ since: Date; before: Date; first: string; last: string }>(
    `select since, before, uuidv7_floor(since - $3::interval) as first, uuidv7_floor(before) as last
     from (select ($1::text || '-01')::timestamp at time zone 'Europe/Madrid' as since,
       (($2::text || '-01')::timestamp + interval '1 month') at time zone 'Europe/Madrid' as before) m`,
    [from, until, LONGEST_LIFE],
  );
  const [bounds] = rows;
  if (!bounds) throw new Error("no bounds");
  return bounds;
}
