import type { PlannedSegment } from "../domain/content.ts";
import type { Evidence } from "../domain/evidence.ts";
import type { EntityId, MessageId } from "../domain/ids.ts";
import {
  bigints,
  instants,
  integers,
  octets,
  smallints,
  texts,
  uuids,
} from "./connection/columns.ts";
import type { Connection } from "./connection/database.ts";
import { evidenceColumns } from "./evidence.ts";
import type { EvidenceNews } from "./parties/callbacks.ts";
import { LANE, type Work } from "./work.ts";

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
  attempts: readonly {
    readonly messageId: MessageId;
    readonly attempt: number;
    readonly segment: PlannedSegment;
  }[],
  { operator, at }: { readonly operator: string; readonly at: Date },
): Promise<void> {
  await db.query({
    name: "attempts",
    text: `insert into relay_attempts (message_id, segment, attempt, operator, payload, at)
     select message_id, segment, attempt, $1, payload, $2
     from unnest($3::uuid[], $4::smallint[], $5::integer[], $6::bytea[])
       as s (message_id, segment, attempt, payload)`,
    values: [
      operator,
      at,
      uuids(attempts.map(({ messageId }) => messageId)),
      smallints(attempts.map(({ segment }) => segment.number)),
      integers(attempts.map(({ attempt }) => attempt)),
      octets(attempts.map(({ segment }) => segment.payload)),
    ],
  });
}

/** Every attempt of these messages with its answer, by segment and attempt. */
export async function readAttempts(
  db: Connection,
  messageIds: readonly MessageId[],
): Promise<Map<MessageId, AttemptView[]>> {
  const sorted = messageIds.toSorted();
  const { rows } = await db.query<{
    message_id: MessageId;
    segment: number;
    attempt: number;
    at: Date;
    kind: AnswerRow["kind"] | null;
    smsc_message_id: string | null;
    command_status: string | null;
    cause: string | null;
    answered_at: Date | null;
  }>(
    `select message_id, a.segment, a.attempt, a.at, b.kind, b.smsc_message_id, b.command_status,
       b.cause, b.at as answered_at
     from relay_attempts a
     left join (select * from relay_answers where message_id between $2 and $3) b
       using (message_id, segment, attempt)
     where message_id = any($1::uuid[]) and message_id between $2 and $3
     order by message_id, a.segment, a.attempt`,
    [uuids(sorted), sorted[0], sorted.at(-1)],
  );
  const attempts = new Map<MessageId, AttemptView[]>();
  for (const row of rows) {
    const before = attempts.get(row.message_id) ?? [];
    before.push({
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
    });
    attempts.set(row.message_id, before);
  }
  return attempts;
}

/** What an operator answered about one attempt of a segment, or what stands for its answer. */
export interface Answered {
  readonly messageId: MessageId;
  readonly segment: number;
  readonly attempt: number;
  readonly answer: AnswerRow;
}

/** From now on the operator owes a word about this segment. */
export interface Awaited {
  readonly messageId: MessageId;
  readonly segment: number;
  readonly attempt: number;
  readonly operator: string;
  /** Undefined when the answer was lost. */
  readonly matchKey: string | undefined;
  readonly recipient: string;
  readonly relayedAt: Date;
  readonly listenUntil: Date;
}

/** What becomes durable together about messages that are being relayed. */
export interface RelayRecord {
  readonly answers: readonly Answered[];
  readonly awaited: readonly Awaited[];
  readonly evidence: readonly Evidence[];
  /** What entities want to be told, if they do. */
  readonly news: readonly (EvidenceNews & { readonly entityId: EntityId })[];
  /** There is nothing more to relay. */
  readonly finished: readonly Work[];
  readonly putOff: readonly { readonly work: Work; readonly runAt: Date; readonly cause: string }[];
}

/**
 * Writes it all in one statement, which is a transaction by itself. A record of evidence whose place
 * was taken meanwhile makes all of it fail, and the chains have to be read again.
 */
export async function recordRelay(db: Connection, record: RelayRecord): Promise<void> {
  await db.query({
    // By the places of the rows, as in work.ts: the plan outlives the statistics that it was made with.
    name: "relay",
    text: `with answered as (
       insert into relay_answers
         (message_id, segment, attempt, kind, smsc_message_id, command_status, cause, at)
       select * from unnest($2::uuid[], $3::smallint[], $4::integer[], $5::text[], $6::text[],
         $7::bigint[], $8::text[], $9::timestamptz[])
       on conflict do nothing),
     listening as (
       insert into awaited_segments
         (message_id, segment, attempt, operator, match_key, recipient, relayed_at, listen_until)
       select * from unnest($10::uuid[], $11::smallint[], $12::integer[], $13::text[], $14::text[],
         $15::text[], $16::timestamptz[], $17::timestamptz[])
       on conflict (message_id, segment, attempt) do update
         set match_key = coalesce(awaited_segments.match_key, excluded.match_key)),
     attested as (
       insert into evidence (message_id, seq, at, body, previous_sha256, sha256)
       select * from unnest($18::uuid[], $19::integer[], $20::timestamptz[], $21::jsonb[],
         $22::text[], $23::text[])),
     told as (
       insert into callback_events
         (event_id, entity_id, message_id, seq, event, at, run_at, attempts, dead)
       select news.*, news.at, 0, false
       from unnest($24::uuid[], $25::uuid[], $26::uuid[], $27::integer[], $28::text[],
         $29::timestamptz[]) as news (event_id, entity_id, message_id, seq, event, at)
       join callbacks c on c.entity_id = news.entity_id and c.enabled
         and news.event = any(c.events)
       on conflict do nothing),
     finished as (
       delete from work where ctid = any (array(
         select held.ctid from unnest($30::uuid[], $31::timestamptz[]) as done (message_id, lease)
         cross join lateral (
           select ctid from work where lane = $1 and step = 'relay'
             and message_id = done.message_id and run_at = done.lease offset 0) held))
         and run_at = any($31::timestamptz[]))
     update work set (run_at, cause) = (
       select later.run_at, later.cause
       from unnest($32::uuid[], $34::timestamptz[], $35::text[]) as later (message_id, run_at, cause)
       where later.message_id = work.message_id)
     where ctid = any (array(
       select held.ctid from unnest($32::uuid[], $33::timestamptz[]) as later (message_id, lease)
       cross join lateral (
         select ctid from work where lane = $1 and step = 'relay'
           and message_id = later.message_id and run_at = later.lease offset 0) held))
       and run_at = any($33::timestamptz[])`,
    values: [
      LANE,
      ...answerColumns(record.answers),
      ...awaitedColumns(record.awaited),
      ...evidenceColumns(record.evidence),
      uuids(record.news.map(({ eventId }) => eventId)),
      uuids(record.news.map(({ entityId }) => entityId)),
      uuids(record.news.map(({ messageId }) => messageId)),
      integers(record.news.map(({ seq }) => seq)),
      texts(record.news.map(({ event }) => event)),
      instants(record.news.map(({ at }) => at)),
      uuids(record.finished.map(({ messageId }) => messageId)),
      instants(record.finished.map(({ lease }) => lease)),
      uuids(record.putOff.map(({ work }) => work.messageId)),
      instants(record.putOff.map(({ work }) => work.lease)),
      instants(record.putOff.map(({ runAt }) => runAt)),
      texts(record.putOff.map(({ cause }) => cause.slice(0, 500))),
    ],
  });
}

function answerColumns(answers: readonly Answered[]): Buffer[] {
  return [
    uuids(answers.map(({ messageId }) => messageId)),
    smallints(answers.map(({ segment }) => segment)),
    integers(answers.map(({ attempt }) => attempt)),
    texts(answers.map(({ answer }) => answer.kind)),
    texts(answers.map(({ answer }) => answer.smscMessageId)),
    bigints(answers.map(({ answer }) => answer.commandStatus)),
    texts(answers.map(({ answer }) => answer.cause?.slice(0, 500))),
    instants(answers.map(({ answer }) => answer.at)),
  ];
}

function awaitedColumns(awaited: readonly Awaited[]): Buffer[] {
  return [
    uuids(awaited.map(({ messageId }) => messageId)),
    smallints(awaited.map(({ segment }) => segment)),
    integers(awaited.map(({ attempt }) => attempt)),
    texts(awaited.map(({ operator }) => operator)),
    texts(awaited.map(({ matchKey }) => matchKey)),
    texts(awaited.map(({ recipient }) => recipient)),
    instants(awaited.map(({ relayedAt }) => relayedAt)),
    instants(awaited.map(({ listenUntil }) => listenUntil)),
  ];
}

/** Stops listening to segments whose time is over. */
export async function forgetAwaited(db: Connection, now: Date): Promise<number> {
  const { rowCount } = await db.query("delete from awaited_segments where listen_until < $1", [
    now,
  ]);
  return rowCount ?? 0;
}
