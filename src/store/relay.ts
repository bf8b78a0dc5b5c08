import type { PlannedSegment } from "../domain/content.ts";
import type { MessageId } from "../domain/ids.ts";
import type { Msisdn } from "../domain/msisdn.ts";
import type { Connection } from "./connection/database.ts";

export interface AnswerRow {
  readonly kind: "accepted" | "refused" | "notSent" | "unknown";
  readonly smscMessageId?: string | undefined;
  readonly commandStatus?: number | undefined;
  readonly cause?: string | undefined;
  readonly at: Date;
}

/** A relay attempt of one segment and what came back; no answer means that a process died. */
export interface AttemptView {
  readonly segment: number;
  readonly attempt: number;
  readonly at: Date;
  readonly answer: AnswerRow | undefined;
}

/** Committed before the bytes go out; the primary key allows one attempt per segment and number. */
export async function insertAttempts(
  db: Connection,
  relay: {
    readonly messageId: MessageId;
    readonly attempt: number;
    readonly operator: string;
    readonly at: Date;
    readonly segments: readonly PlannedSegment[];
  },
): Promise<void> {
  await db.query({
    name: "attempts",
    text: `insert into relay_attempts (message_id, segment, attempt, operator, payload, at)
     select $1, segment, $2, $3, payload, $4
     from unnest($5::smallint[], $6::bytea[]) as s (segment, payload)`,
    values: [
      relay.messageId,
      relay.attempt,
      relay.operator,
      relay.at,
      relay.segments.map((segment) => segment.number),
      relay.segments.map((segment) => segment.payload),
    ],
  });
}

export async function insertAnswer(
  db: Connection,
  key: { readonly messageId: MessageId; readonly segment: number; readonly attempt: number },
  answer: AnswerRow,
): Promise<void> {
  await db.query({
    name: "answer",
    text: `insert into relay_answers
       (message_id, segment, attempt, kind, smsc_message_id, command_status, cause, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
    values: [
      key.messageId,
      key.segment,
      key.attempt,
      answer.kind,
      answer.smscMessageId,
      answer.commandStatus,
      answer.cause?.slice(0, 500),
      answer.at,
    ],
  });
}

/** Every attempt of a message with its answer, by segment and attempt. */
export async function readAttempts(db: Connection, messageId: MessageId): Promise<AttemptView[]> {
  const { rows } = await db.query<{
    segment: number;
    attempt: number;
    at: Date;
    kind: AnswerRow["kind"] | null;
    smsc_message_id: string | null;
    command_status: string | null;
    cause: string | null;
    answered_at: Date | null;
  }>(
    `select a.segment, a.attempt, a.at, b.kind, b.smsc_message_id, b.command_status, b.cause,
       b.at as answered_at
     from relay_attempts a left join relay_answers b using (message_id, segment, attempt)
     where message_id = $1 order by a.segment, a.attempt`,
    [messageId],
  );
  return rows.map((row) => ({
    segment: row.segment,
    attempt: row.attempt,
    at: row.at,
    answer:
      row.kind !== null && row.answered_at !== null
        ? {
            kind: row.kind,
            smscMessageId: row.smsc_message_id ?? undefined,
            commandStatus: row.command_status === null ? undefined : Number(row.command_status),
            cause: row.cause ?? undefined,
            at: row.answered_at,
          }
        : undefined,
  }));
}

/** From now on the operator owes a word about this segment. */
export async function insertAwaited(
  db: Connection,
  awaited: {
    readonly messageId: MessageId;
    readonly segment: number;
    readonly attempt: number;
    readonly operator: string;
    /** Undefined when the answer was lost. */
    readonly matchKey: string | undefined;
    readonly recipient: string;
    readonly relayedAt: Date;
    readonly listenUntil: Date;
  },
): Promise<void> {
  await db.query({
    name: "awaited",
    text: `insert into awaited_segments
       (message_id, segment, operator, match_key, recipient, relayed_at, listen_until, attempt)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (message_id, segment, attempt) do update
       set match_key = coalesce(awaited_segments.match_key, excluded.match_key)`,
    values: [
      awaited.messageId,
      awaited.segment,
      awaited.operator,
      awaited.matchKey,
      awaited.recipient,
      awaited.relayedAt,
      awaited.listenUntil,
      awaited.attempt,
    ],
  });
}

/** Stops listening to segments whose time is over. */
export async function forgetAwaited(db: Connection, now: Date): Promise<number> {
  const { rowCount } = await db.query("delete from awaited_segments where listen_until < $1", [
    now,
  ]);
  return rowCount ?? 0;
}

/** A segment that the SMSC took and of which no final state is known, at the end of its time. */
export interface OverdueSegment {
  readonly messageId: MessageId;
  readonly segment: number;
  readonly smscMessageId: string;
  readonly recipient: Msisdn;
  readonly sender: string | undefined;
}

/** Those of messages without an outcome whose listening ends within the two instants. */
export async function readOverdueSegments(
  db: Connection,
  {
    operator,
    listenAfter,
    listenUntil,
  }: { readonly operator: string; readonly listenAfter: Date; readonly listenUntil: Date },
): Promise<OverdueSegment[]> {
  const { rows } = await db.query<{
    message_id: MessageId;
    segment: number;
    smsc_message_id: string;
    recipient: Msisdn;
    sender: string | null;
  }>(
    `select a.message_id, a.segment, r.smsc_message_id, a.recipient, m.sender
     from awaited_segments a
     join messages m using (message_id)
     join relay_answers r on r.message_id = a.message_id and r.segment = a.segment
       and r.kind = 'accepted'
     where a.operator = $1 and a.listen_until > $2 and a.listen_until <= $3
       and not exists (select from outcomes o where o.message_id = a.message_id)
       and not exists (
         select from evidence e
         where e.message_id = a.message_id and e.body->>'event' = 'DeliveryReceipt'
           and (e.body->>'segment')::int = a.segment
           and e.body->>'messageState' not in ('ENROUTE', 'ACCEPTED', 'UNKNOWN', 'UNRECOGNISED'))
     order by a.message_id, a.segment`,
    [operator, listenAfter, listenUntil],
  );
  return rows.map((row) => ({
    messageId: row.message_id,
    segment: row.segment,
    smscMessageId: row.smsc_message_id,
    recipient: row.recipient,
    sender: row.sender ?? undefined,
  }));
}
