import type { MessageId } from "../domain/ids.ts";
import type pg from "pg";
import { transaction, type Connection } from "./connection/database.ts";

/** A message that is kept although its retention may be over. */
export interface LegalHold {
  readonly messageId: MessageId;
  readonly orderedBy: string;
  readonly reason: string;
  readonly at: Date;
}

interface HoldRow {
  message_id: MessageId;
  ordered_by: string;
  reason: string;
  at: Date;
}

/**
 * Records the order to hold a message, or to hold it no longer. It waits for a purge that runs, so that
 * what is told to be held is there.
 */
export async function orderHold(
  db: pg.Pool,
  order: LegalHold & { readonly held: boolean },
): Promise<"ordered" | "unknown" | "already"> {
  const { messageId, held, orderedBy, reason, at } = order;
  return transaction(db, async (client) => {
    await client.query("select pg_advisory_xact_lock(hashtext('sms-certificat purge'))");
    const { rows } = await client.query<{ held: boolean; last: number }>(
      `select is_held(message_id) as held,
         (select coalesce(max(seq), 0) from legal_holds where message_id = $1) as last
       from messages where message_id = $1`,
      [messageId],
    );
    const [now] = rows;
    if (!now) return "unknown";
    if (now.held === held) return "already";
    await client.query(
      `insert into legal_holds (message_id, seq, held, ordered_by, reason, at)
       values ($1, $2, $3, $4, $5, $6)`,
      [messageId, now.last + 1, held, orderedBy, reason, at],
    );
    return "ordered";
  });
}

/** Messages that are held now, the longest first. */
export async function readHolds(
  db: Connection,
  { limit }: { readonly limit: number },
): Promise<LegalHold[]> {
  const { rows } = await db.query<HoldRow>(
    `select message_id, ordered_by, reason, at from (
       select distinct on (message_id) message_id, held, ordered_by, reason, at
       from legal_holds order by message_id, seq desc) last
     where held order by at, message_id limit $1`,
    [limit],
  );
  return rows.map((row) => ({
    messageId: row.message_id,
    orderedBy: row.ordered_by,
    reason: row.reason,
    at: row.at,
  }));
}
