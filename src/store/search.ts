import type { EntityId, MessageId, UserId } from "../domain/ids.ts";
import type { Connection } from "./connection/database.ts";

/** What to look for among the messages of one entity; undefined: whatever it is. */
export interface Search {
  readonly entityId: EntityId;
  /** Undefined: of every user. */
  readonly userId: UserId | undefined;
  readonly username: string | undefined;
  readonly acceptedFrom: Date;
  /** Not included. */
  readonly acceptedUntil: Date;
  readonly recipient: string | undefined;
  readonly clientReference: string | undefined;
  readonly fileNumber: string | undefined;
  readonly costCentre: string | undefined;
  /** Where the page before ended: only older messages. */
  readonly before: MessageId | undefined;
  readonly limit: number;
}

/** The ids that fit, from the newest on. Keys hold their time, so pages do not move when messages come. */
export async function searchMessages(db: Connection, search: Search): Promise<MessageId[]> {
  const { rows } = await db.query<{ message_id: MessageId }>(
    `select m.message_id from messages m
     where m.entity_id = $1
       and m.message_id >= uuidv7_floor($2)
       and m.message_id < least(uuidv7_floor($3), coalesce($4::uuid, uuidv7_floor($3)))
       and ($5::uuid is null or m.user_id = $5)
       and ($6::text is null or m.user_id = (select user_id from users
         where username = lower($6) and entity_id = $1))
       and ($7::text is null or m.recipient_msisdn = $7)
       and ($8::text is null or m.message_id = (select message_id from submissions
         where entity_id = $1 and client_reference = $8))
       and ($9::text is null or m.file_number = $9)
       and ($10::text is null or m.cost_centre = $10)
     order by m.message_id desc limit $11`,
    [
      search.entityId,
      search.acceptedFrom,
      search.acceptedUntil,
      search.before,
      search.userId,
      search.username,
      search.recipient,
      search.clientReference,
      search.fileNumber,
      search.costCentre,
      search.limit,
    ],
  );
  return rows.map(({ message_id }) => message_id);
}
