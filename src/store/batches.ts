import type { EntityId, MessageId, UserId } from "../domain/ids.ts";
import type { CertificateKind } from "../domain/outcome.ts";
import type { Connection } from "./connection/database.ts";

/** Requests that were handed over together, to be answered together. */
export interface Batch {
  readonly batchId: string;
  readonly entityId: EntityId;
  readonly userId: UserId;
  /** The caller's name of it, unique within the entity. */
  readonly reference: string;
  readonly digest: string;
  /** What the message says of itself, as JSON. */
  readonly control: unknown;
  readonly size: number;
  readonly receivedAt: Date;
}

export interface BatchRequest {
  /** 1…size */
  readonly position: number;
  readonly request: unknown;
}

/** The answer to one request, with the certificate that goes between its two halves. */
export interface BatchAnswer {
  readonly position: number;
  readonly before: string;
  readonly after: string;
  /** What the request was taken charge of as. */
  readonly messageId?: MessageId | undefined;
  readonly certificate?:
    { readonly messageId: MessageId; readonly kind: CertificateKind } | undefined;
}

/** Takes the reference; false when it was taken before. A concurrent taker is waited for. */
export async function insertBatch(db: Connection, batch: Batch): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into batches (batch_id, entity_id, user_id, reference, digest, control, size, received_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (entity_id, reference) do nothing`,
    [
      batch.batchId,
      batch.entityId,
      batch.userId,
      batch.reference,
      batch.digest,
      JSON.stringify(batch.control),
      batch.size,
      batch.receivedAt,
    ],
  );
  return rowCount === 1;
}

export async function insertBatchRequests(
  db: Connection,
  batchId: string,
  requests: readonly unknown[],
): Promise<void> {
  await db.query(
    `insert into batch_requests (batch_id, position, request)
     select $1, position, request from unnest($2::jsonb[]) with ordinality as r (request, position)`,
    [batchId, requests.map((request) => JSON.stringify(request))],
  );
}

export async function findBatch(
  db: Connection,
  entityId: EntityId,
  reference: string,
): Promise<Batch | undefined> {
  const { rows } = await db.query<BatchRow>(
    `${SELECT_BATCH} where entity_id = $1 and reference = $2`,
    [entityId, reference],
  );
  return rows[0] && toBatch(rows[0]);
}

export async function readBatch(db: Connection, batchId: string): Promise<Batch | undefined> {
  const { rows } = await db.query<BatchRow>(`${SELECT_BATCH} where batch_id = $1`, [batchId]);
  return rows[0] && toBatch(rows[0]);
}

interface BatchRow {
  batch_id: string;
  entity_id: EntityId;
  user_id: UserId;
  reference: string;
  digest: string;
  control: unknown;
  size: number;
  received_at: Date;
}

const SELECT_BATCH = `select batch_id, entity_id, user_id, reference, digest, control, size,
    received_at from batches`;

function toBatch(row: BatchRow): Batch {
  return {
    batchId: row.batch_id,
    entityId: row.entity_id,
    userId: row.user_id,
    reference: row.reference,
    digest: row.digest,
    control: row.control,
    size: row.size,
    receivedAt: row.received_at,
  };
}

export async function readBatchRequests(db: Connection, batchId: string): Promise<BatchRequest[]> {
  const { rows } = await db.query<BatchRequest>(
    "select position, request from batch_requests where batch_id = $1 order by position",
    [batchId],
  );
  return rows;
}

/** The first answer to a request stays. */
export async function insertBatchAnswers(
  db: Connection,
  batchId: string,
  answers: readonly BatchAnswer[],
  now: Date,
): Promise<void> {
  await db.query(
    `insert into batch_answers (batch_id, position, before, after, message_id, kind, answered_at)
     select $1, position, before, after, message_id, kind, $7
     from unnest($2::smallint[], $3::text[], $4::text[], $5::uuid[], $6::text[])
       as answers (position, before, after, message_id, kind)
     order by position on conflict do nothing`,
    [
      batchId,
      answers.map(({ position }) => position),
      answers.map(({ before }) => before),
      answers.map(({ after }) => after),
      answers.map(({ messageId, certificate }) => certificate?.messageId ?? messageId ?? null),
      answers.map(({ certificate }) => certificate?.kind ?? null),
      now,
    ],
  );
}

export async function readBatchAnswers(db: Connection, batchId: string): Promise<BatchAnswer[]> {
  const { rows } = await db.query<{
    position: number;
    before: string;
    after: string;
    message_id: MessageId | null;
    kind: CertificateKind | null;
  }>(
    `select position, before, after, message_id, kind from batch_answers
     where batch_id = $1 order by position`,
    [batchId],
  );
  return rows.map(({ message_id, kind, ...row }) => ({
    ...row,
    messageId: message_id ?? undefined,
    certificate: message_id && kind ? { messageId: message_id, kind } : undefined,
  }));
}

export async function countBatchAnswers(db: Connection, batchId: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    "select count(*)::integer as count from batch_answers where batch_id = $1",
    [batchId],
  );
  return rows[0]?.count ?? 0;
}

/** Removes finished batches received before an instant; answers how many went. */
export async function forgetBatches(
  db: Connection,
  now: Date,
  receivedBefore: Date,
): Promise<number> {
  const { rows } = await db.query<{ gone: number }>("select forget_batches($1, $2) as gone", [
    now,
    receivedBefore,
  ]);
  return rows[0]?.gone ?? 0;
}
