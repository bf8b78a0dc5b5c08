import type { MessageId } from "../domain/ids.ts";
import type { Msisdn } from "../domain/msisdn.ts";
import type { Connection } from "./connection/database.ts";

/** What the cause of a settle step begins with when it waits for the decision of a person. */
export const CONFLICT = "conflict: ";

/** A message whose reports contradict each other, or cannot be relied upon. */
export interface HeldConflict {
  readonly messageId: MessageId;
  readonly recipient: Msisdn;
  readonly entityName: string;
  readonly clientReference: string;
  /** What contradicts what. */
  readonly what: string;
  readonly heldSince: Date | undefined;
  readonly receiptDeadline: Date;
}

interface ConflictRow {
  message_id: MessageId;
  recipient: Msisdn;
  entity_name: string;
  client_reference: string;
  what: string;
  given_up_at: Date | null;
  receipt_deadline: Date;
}

/** Those that wait for a decision, the longest first. */
export async function readConflicts(
  db: Connection,
  { limit }: { readonly limit: number },
): Promise<HeldConflict[]> {
  const { rows } = await db.query<ConflictRow>(
    `select w.message_id, m.recipient_msisdn as recipient, e.name as entity_name, m.client_reference,
       substr(w.cause, length($1) + 1) as what, w.given_up_at, m.receipt_deadline
     from work w
     cross join lateral (select * from messages where message_id = w.message_id offset 0) m
     join entities e using (entity_id)
     where w.dead and w.step = 'settle' and starts_with(w.cause, $1)
     order by w.given_up_at, w.message_id limit $2`,
    [CONFLICT, limit],
  );
  return rows.map((row) => ({
    messageId: row.message_id,
    recipient: row.recipient,
    entityName: row.entity_name,
    clientReference: row.client_reference,
    what: row.what,
    heldSince: row.given_up_at ?? undefined,
    receiptDeadline: row.receipt_deadline,
  }));
}

/** What one message is held for; undefined when it is not. */
export async function readConflict(
  db: Connection,
  messageId: MessageId,
): Promise<string | undefined> {
  const { rows } = await db.query<{ what: string }>(
    `select substr(cause, length($1) + 1) as what from work
     where message_id = $2 and dead and step = 'settle' and starts_with(cause, $1)`,
    [CONFLICT, messageId],
  );
  return rows[0]?.what;
}

/**
 * Puts the settle step of a held message back to work, in the transaction that records the decision.
 * Of two persons who decide at once one gets true; the other waits for the first, and gets false.
 */
export async function releaseConflict(
  db: Connection,
  messageId: MessageId,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update work set dead = false, given_up_at = null, run_at = $3, attempts = 0
     where message_id = $2 and dead and step = 'settle' and starts_with(cause, $1)`,
    [CONFLICT, messageId, now],
  );
  return rowCount === 1;
}
