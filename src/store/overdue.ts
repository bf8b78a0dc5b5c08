import type { MessageId } from "../domain/ids.ts";
import type { Msisdn } from "../domain/msisdn.ts";
import type { Connection } from "./connection/database.ts";

/** A segment that the SMSC took and of which no final state is known, at the end of its time. */
export interface OverdueSegment {
  readonly messageId: MessageId;
  readonly segment: number;
  readonly smscMessageId: string;
  readonly recipient: Msisdn;
  readonly sender: string | undefined;
}

/** Those of messages without an outcome whose listening ends within the two instants, the first to end first. */
export async function readOverdueSegments(
  db: Connection,
  {
    operator,
    listenAfter,
    listenUntil,
    limit,
  }: {
    readonly operator: string;
    readonly listenAfter: Date;
    readonly listenUntil: Date;
    readonly limit: number;
  },
): Promise<OverdueSegment[]> {
  const { rows } = await db.query<{
    message_id: MessageId;
    segment: number;
    smsc_message_id: string;
    recipient: Msisdn;
    sender: string | null;
  }>(
    // Offset 0 makes it look up one segment after another: a join would read every outcome there is.
    `select a.message_id, a.segment, r.smsc_message_id, a.recipient, m.sender
     from awaited_segments a
     cross join lateral (
       select smsc_message_id from relay_answers
       where message_id = a.message_id and segment = a.segment and attempt = a.attempt
         and kind = 'accepted' offset 0) r
     cross join lateral (select sender from messages where message_id = a.message_id offset 0) m
     where a.operator = $1 and a.listen_until > $2 and a.listen_until <= $3
       and not exists (select from outcomes where message_id = a.message_id offset 0)
       and not exists (
         select from evidence
         where message_id = a.message_id and body->>'event' = 'DeliveryReceipt'
           and (body->>'segment')::int = a.segment
           and body->>'messageState' not in ('ENROUTE', 'ACCEPTED', 'UNKNOWN', 'UNRECOGNISED')
         offset 0)
     order by a.listen_until, a.message_id, a.segment limit $4`,
    [operator, listenAfter, listenUntil, limit],
  );
  return rows.map((row) => ({
    messageId: row.message_id,
    segment: row.segment,
    smscMessageId: row.smsc_message_id,
    recipient: row.recipient,
    sender: row.sender ?? undefined,
  }));
}
