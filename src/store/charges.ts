import type { EntityId, MessageId } from "../domain/ids.ts";
import type { Connection } from "./connection/database.ts";

/**
 * Charges a message once per item: the primary key refuses a second time. It goes into the same
 * transaction as what is paid for.
 *
 * @param units segments of an SMS, or certificates
 */
export async function insertCharge(
  db: Connection,
  charge: {
    readonly messageId: MessageId;
    readonly item: "sms" | "certificate";
    readonly entityId: EntityId;
    readonly units: number;
    readonly at: Date;
  },
): Promise<void> {
  await db.query(
    `insert into charges (message_id, item, entity_id, units, at) values ($1, $2, $3, $4, $5)
     on conflict do nothing`,
    [charge.messageId, charge.item, charge.entityId, charge.units, charge.at],
  );
}

/**
 * Gives back the segments of messages of which nothing was relayed, once; it goes into the transaction
 * that decides so.
 */
export async function creditSms(
  db: Connection,
  credits: readonly {
    readonly messageId: MessageId;
    readonly entityId: EntityId;
    readonly units: number;
  }[],
  at: Date,
): Promise<void> {
  if (credits.length === 0) return;
  await db.query(
    `insert into charges (message_id, item, entity_id, units, at)
     select message_id, 'smsCredit', entity_id, units, $4
     from unnest($1::uuid[], $2::uuid[], $3::integer[]) as credit (message_id, entity_id, units)
     on conflict do nothing`,
    [
      credits.map(({ messageId }) => messageId),
      credits.map(({ entityId }) => entityId),
      credits.map(({ units }) => units),
      at,
    ],
  );
}
