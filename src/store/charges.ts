import type { EntityId, MessageId } from "../domain/ids.ts";
import type { Connection } from "./database.ts";

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
