import type { DeliveryReceipt, MessageState } from "../domain/delivery-receipt.ts";
import type { Evidence } from "../domain/evidence.ts";
import type { MessageId, ReceiptId } from "../domain/ids.ts";
import { instants, octets, texts, uuids } from "./connection/columns.ts";
import type { Connection } from "./connection/database.ts";

interface ReceiptRow {
  receipt_id: ReceiptId;
  operator: string;
  received_at: Date;
  raw: Buffer;
  raw_sha256: string;
  smsc_message_id: string | null;
  recipient: string | null;
  message_state: MessageState;
  error_code: string | null;
  operator_submit_date: string | null;
  operator_done_date: string | null;
  doubt: string | null;
}

const COLUMNS = `receipt_id, operator, received_at, raw, raw_sha256, smsc_message_id, recipient,
  message_state, error_code, operator_submit_date, operator_done_date, doubt`;

function toReceipt(row: ReceiptRow): DeliveryReceipt {
  return {
    receiptId: row.receipt_id,
    operator: row.operator,
    receivedAt: row.received_at,
    raw: row.raw,
    rawSha256: row.raw_sha256,
    smscMessageId: row.smsc_message_id ?? undefined,
    recipient: row.recipient ?? undefined,
    messageState: row.message_state,
    errorCode: row.error_code ?? undefined,
    operatorSubmitDate: row.operator_submit_date ?? undefined,
    operatorDoneDate: row.operator_done_date ?? undefined,
    doubt: row.doubt ?? undefined,
  };
}

/** A report as it is stored: a receipt, or a text from a subscriber. */
export type StoredReceipt = DeliveryReceipt & {
  readonly kind: "deliveryReceipt" | "mobileOriginated";
  readonly link: string;
};

/** Stores reports as they came and leaves the receipts to be matched, all in one statement. */
export async function insertReceipts(
  db: Connection,
  receipts: readonly StoredReceipt[],
): Promise<void> {
  const column = <K extends keyof StoredReceipt>(name: K): StoredReceipt[K][] =>
    receipts.map((receipt) => receipt[name]);
  await db.query({
    name: "receipts",
    text: `with stored as (
       insert into receipts (${COLUMNS}, kind, link)
       select * from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::bytea[], $5::text[],
         $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[],
         $13::text[], $14::text[])
       returning receipt_id, operator, smsc_message_id, recipient, received_at, kind)
     insert into unmatched_receipts
       (receipt_id, operator, smsc_message_id, recipient, received_at)
     select receipt_id, operator, smsc_message_id, recipient, received_at from stored
     where kind = 'deliveryReceipt'`,
    values: [
      uuids(column("receiptId")),
      texts(column("operator")),
      instants(column("receivedAt")),
      octets(column("raw")),
      texts(column("rawSha256")),
      texts(column("smscMessageId")),
      texts(column("recipient")),
      texts(column("messageState")),
      texts(column("errorCode")),
      texts(column("operatorSubmitDate")),
      texts(column("operatorDoneDate")),
      texts(column("doubt")),
      texts(column("kind")),
      texts(column("link")),
    ],
  });
}

/** A receipt beside a segment that it may be about. */
export interface Candidate {
  readonly receiptId: ReceiptId;
  readonly messageId: MessageId;
  readonly segment: number;
  /** `recipient`: the submit answer was lost, so only the number and the time speak for it. */
  readonly matchedBy: "id" | "recipient";
}

/** Operators' clocks and ours differ; a receipt this much older than its relay is another message's. */
const CLOCK_SLACK = "interval '10 minutes'";

/**
 * Unmatched receipts beside every awaited segment that they fit (number and time agree, because ids
 * are used again after weeks), in the order of their keys. A receipt without a segment by id is tried
 * by recipient only when it is older than `unconfirmedBefore`, so that a submit answer still on its
 * way wins.
 *
 * @param after the last key that was read: what can never be matched is passed by, not met again
 */
export async function readCandidates(
  db: Connection,
  {
    after,
    unconfirmedBefore,
    limit,
  }: { readonly after: string; readonly unconfirmedBefore: Date; readonly limit: number },
): Promise<Candidate[]> {
  const { rows } = await db.query<{
    receipt_id: ReceiptId;
    message_id: MessageId;
    segment: number;
    matched_by: "id" | "recipient";
  }>(
    // Offset 0 makes it look up one receipt after another and end at the limit, however many
    // receipts and segments there are.
    `(select u.receipt_id, a.message_id, a.segment, 'id' as matched_by
      from unmatched_receipts u cross join lateral (
        select message_id, segment from awaited_segments
        where operator = u.operator and match_key = u.smsc_message_id
          and (u.recipient is null or recipient = u.recipient)
          and relayed_at <= u.received_at + ${CLOCK_SLACK} offset 0) a
      where u.receipt_id > $3
      order by u.receipt_id limit $2)
     union all
     (select u.receipt_id, a.message_id, a.segment, 'recipient'
      from unmatched_receipts u
      join awaited_segments a on a.operator = u.operator and a.recipient = u.recipient
        and a.match_key is null and a.relayed_at <= u.received_at
      where u.receipt_id > $3 and u.received_at <= $1 and not exists (
        select from awaited_segments b
        where b.operator = u.operator and b.match_key = u.smsc_message_id)
      order by u.receipt_id limit $2)
     order by receipt_id limit $2`,
    [unconfirmedBefore, limit, after],
  );
  return rows.map((row) => ({
    receiptId: row.receipt_id,
    messageId: row.message_id,
    segment: row.segment,
    matchedBy: row.matched_by,
  }));
}

/** A receipt that was taken for its segment: what evidence tells of it, and the chain it goes to. */
export interface TakenReceipt extends Pick<
  DeliveryReceipt,
  "rawSha256" | "messageState" | "receivedAt" | "errorCode" | "operatorDoneDate" | "doubt"
> {
  readonly candidate: Candidate;
  /** The last record of the message's evidence. */
  readonly head: Pick<Evidence, "seq" | "sha256">;
}

/**
 * Takes receipts out of the unmatched for the segments that they fit; answers those that no other
 * process has taken before, in the order given.
 */
export async function takeUnmatched(
  db: Connection,
  candidates: readonly Candidate[],
): Promise<TakenReceipt[]> {
  const receiptIds = candidates.map(({ receiptId }) => receiptId);
  const messageIds = candidates.map(({ messageId }) => messageId);
  const sorted = messageIds.toSorted();
  const { rows } = await db.query<{
    place: string;
    received_at: Date;
    raw_sha256: string;
    message_state: MessageState;
    error_code: string | null;
    operator_done_date: string | null;
    doubt: string | null;
    seq: number;
    sha256: string;
  }>(
    // The bounds leave out the partitions of other months.
    `with fit as materialized (
       select place, receipt_id, received_at, raw_sha256, message_state, error_code,
         operator_done_date, doubt, seq, sha256
       from unnest($1::uuid[], $2::uuid[]) with ordinality as pair (receipt_id, message_id, place)
       cross join lateral (
         select received_at, raw_sha256, message_state, error_code, operator_done_date, doubt
         from receipts where receipt_id = pair.receipt_id and receipt_id between $3 and $4
         offset 0) r
       cross join lateral (
         select seq, sha256 from evidence e
         where e.message_id = pair.message_id and e.message_id between $5 and $6
         order by seq desc limit 1) head),
     taken as (
       delete from unmatched_receipts u using fit where u.receipt_id = fit.receipt_id
       returning u.receipt_id)
     select place, received_at, raw_sha256, message_state, error_code, operator_done_date, doubt,
       seq, sha256
     from fit join taken using (receipt_id) order by place`,
    [
      uuids(receiptIds),
      uuids(messageIds),
      receiptIds[0],
      receiptIds.at(-1),
      sorted[0],
      sorted.at(-1),
    ],
  );
  return rows.flatMap((row) => {
    const candidate = candidates[Number(row.place) - 1];
    if (!candidate) return [];
    return {
      candidate,
      receivedAt: row.received_at,
      rawSha256: row.raw_sha256,
      messageState: row.message_state,
      errorCode: row.error_code ?? undefined,
      operatorDoneDate: row.operator_done_date ?? undefined,
      doubt: row.doubt ?? undefined,
      head: { seq: row.seq, sha256: row.sha256 },
    };
  });
}

export async function readReceipts(
  db: Connection,
  receiptIds: readonly ReceiptId[],
): Promise<DeliveryReceipt[]> {
  const { rows } = await db.query<ReceiptRow>(
    `select ${COLUMNS} from receipts where receipt_id = any($1::uuid[]) order by receipt_id`,
    [receiptIds],
  );
  return rows.map(toReceipt);
}

/** Unmatched receipts that may be about a message: its number, at most so many. */
export async function readUnmatchedAbout(
  db: Connection,
  messageId: MessageId,
  limit = 50,
): Promise<DeliveryReceipt[]> {
  const { rows } = await db.query<ReceiptRow>(
    `select ${COLUMNS} from receipts where receipt_id in (
       select u.receipt_id from unmatched_receipts u
       join awaited_segments a on a.operator = u.operator
         and (u.smsc_message_id = a.match_key or u.recipient = a.recipient)
       where a.message_id = $1)
     order by receipt_id limit $2`,
    [messageId, limit],
  );
  return rows.map(toReceipt);
}

/** Receipts that have not found their segment: how many, and since when. */
export interface Unmatched {
  readonly count: number;
  readonly oldestAt: Date | undefined;
}

export async function readUnmatched(db: Connection): Promise<Unmatched> {
  const { rows } = await db.query<{ count: number; oldest: Date | null }>(
    "select count(*)::integer as count, min(received_at) as oldest from unmatched_receipts",
  );
  return { count: rows[0]?.count ?? 0, oldestAt: rows[0]?.oldest ?? undefined };
}

/**
 * Those of the messages about which a receipt has come that is not matched yet, by id or, where the
 * submit answer was lost, by number: nothing is decided against them before it is.
 */
export async function readAwaitingMatch(
  db: Connection,
  messageIds: readonly MessageId[],
): Promise<Set<MessageId>> {
  const { rows } = await db.query<{ message_id: MessageId }>(
    // Apart, because of one condition for both no index is of use, and every stray is read.
    `select distinct message_id from awaited_segments a
     where message_id = any($1::uuid[]) and case when match_key is null
       then exists (
         select from unmatched_receipts u
         where u.operator = a.operator and u.recipient = a.recipient
           and u.received_at >= a.relayed_at - ${CLOCK_SLACK})
       else exists (
         select from unmatched_receipts u
         where u.operator = a.operator and u.smsc_message_id = a.match_key
           and (u.recipient is null or u.recipient = a.recipient)
           and u.received_at >= a.relayed_at - ${CLOCK_SLACK}) end`,
    [messageIds],
  );
  return new Set(rows.map((row) => row.message_id));
}
