import type pg from "pg";
import type { Evidence } from "../domain/evidence.ts";
import type { EntityId, MessageId } from "../domain/ids.ts";
import type { Message } from "../domain/submission.ts";
import { createBatcher } from "./batch.ts";
import { instants, jsons, smallints, texts, uuids } from "./connection/columns.ts";
import { retrying } from "./connection/database.ts";
import { MESSAGE_COLUMNS, type SubmissionKey } from "./messages.ts";
import { LANE } from "./work.ts";

/** A message to be taken charge of, with what becomes durable together with it. */
export interface Accepting {
  readonly message: Message;
  /** Of the submission's content. */
  readonly digest: string;
  /** The first record of its chain. */
  readonly evidence: Evidence;
  readonly relayAt: Date;
  readonly settleAt: Date;
}

/**
 * Takes charge of a message; durable when it resolves. Those that come together share a commit. It
 * answers which message has the reference now: this one, or the one that took it first, in the same
 * batch, in another process or long ago; undefined when that one has just been purged.
 */
export function createAcceptance(
  db: pg.Pool,
  onBatch?: (size: number) => void,
): (accepting: Accepting) => Promise<SubmissionKey | undefined> {
  return createBatcher((accepting) => retrying(() => insertAccepted(db, accepting)), {
    lanes: 1,
    onBatch,
  });
}

async function insertAccepted(
  db: pg.Pool,
  accepting: readonly Accepting[],
): Promise<readonly (SubmissionKey | undefined)[]> {
  const { rows } = await db.query<{ message_id: MessageId }>({
    // In the order of the keys: two batches then wait for each other in one direction only.
    name: "accept",
    text: `with accepting as (
       select * from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[],
         $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[],
         $15::text[], $16::text[], $17::text[], $18::text[], $19::text[], $20::timestamptz[],
         $21::text[], $22::text[], $23::smallint[], $24::timestamptz[], $25::timestamptz[],
         $26::text[], $27::text[], $28::jsonb[], $29::text[], $30::text[], $31::timestamptz[],
         $32::timestamptz[])
       as accepting (${MESSAGE_COLUMNS},
         digest, body, previous_sha256, sha256, relay_at, settle_at)),
     taken as (
       insert into submissions (entity_id, client_reference, digest, message_id)
       select entity_id, client_reference, digest, message_id from accepting
       order by entity_id, client_reference
       on conflict do nothing returning message_id),
     mine as materialized (select accepting.* from accepting join taken using (message_id)),
     stored as (insert into messages (${MESSAGE_COLUMNS}) select ${MESSAGE_COLUMNS} from mine),
     attested as (
       insert into evidence (message_id, seq, at, body, previous_sha256, sha256)
       select message_id, 1, accepted_at, body, previous_sha256, sha256 from mine),
     charged as (
       insert into charges (message_id, item, entity_id, units, at)
       select message_id, 'sms', entity_id, segment_count, accepted_at from mine),
     queued as (
       insert into work (lane, step, message_id, run_at, attempts, dead)
       select $1, step, message_id, run_at, 0, false from mine
       cross join lateral (values ('relay', relay_at), ('settle', settle_at)) as due (step, run_at))
     select message_id from accepting left join taken using (message_id)
     where taken.message_id is null`,
    values: parametersOf(accepting),
  });
  const beaten = new Set(rows.map((row) => row.message_id));
  const late = accepting.filter(({ message }) => beaten.has(message.messageId));
  const winners = late.length === 0 ? undefined : await readKeys(db, late);
  return accepting.map(({ message, digest }) =>
    beaten.has(message.messageId)
      ? winners?.get(keyOf(message.entityId, message.clientReference))
      : { messageId: message.messageId, digest },
  );
}

function parametersOf(accepting: readonly Accepting[]): (Buffer | number)[] {
  const of = <T>(pick: (message: Message) => T): T[] =>
    accepting.map(({ message }) => pick(message));
  return [
    LANE,
    uuids(of((message) => message.messageId)),
    uuids(of((message) => message.entityId)),
    uuids(of((message) => message.userId)),
    texts(of((message) => message.clientReference)),
    texts(of((message) => message.channel)),
    texts(of((message) => message.recipient.msisdn)),
    texts(of((message) => message.recipient.name)),
    texts(of((message) => message.recipient.legalId)),
    texts(of((message) => message.text)),
    texts(of((message) => message.textSha256)),
    texts(of((message) => message.sender)),
    texts(of((message) => message.language)),
    texts(of((message) => message.fileNumber)),
    texts(of((message) => message.purpose)),
    texts(of((message) => message.officer?.name)),
    texts(of((message) => message.officer?.nif)),
    texts(of((message) => message.officer?.email)),
    texts(of((message) => message.costCentre)),
    instants(of((message) => message.scheduledAt)),
    texts(of((message) => message.mailbox)),
    texts(of((message) => message.encoding)),
    smallints(of((message) => message.segmentCount)),
    instants(of((message) => message.acceptedAt)),
    instants(of((message) => message.receiptDeadline)),
    texts(of((message) => message.consent)),
    texts(accepting.map(({ digest }) => digest)),
    jsons(accepting.map(({ evidence }) => evidence.body)),
    texts(accepting.map(({ evidence }) => evidence.previousSha256)),
    texts(accepting.map(({ evidence }) => evidence.sha256)),
    instants(accepting.map(({ relayAt }) => relayAt)),
    instants(accepting.map(({ settleAt }) => settleAt)),
  ];
}

/** The messages that have the references of these. */
async function readKeys(
  db: pg.Pool,
  accepting: readonly Accepting[],
): Promise<Map<string, SubmissionKey>> {
  const { rows } = await db.query<{
    entity_id: EntityId;
    client_reference: string;
    digest: string;
    message_id: MessageId;
  }>(
    `select entity_id, client_reference, digest, message_id from submissions
     join (select distinct * from unnest($1::uuid[], $2::text[]) as asked (entity_id, client_reference)) asked
       using (entity_id, client_reference)`,
    [
      uuids(accepting.map(({ message }) => message.entityId)),
      texts(accepting.map(({ message }) => message.clientReference)),
    ],
  );
  return new Map(
    rows.map((row) => [
      keyOf(row.entity_id, row.client_reference),
      { messageId: row.message_id, digest: row.digest },
    ]),
  );
}

const keyOf = (entityId: EntityId, clientReference: string): string =>
  `${entityId} ${clientReference}`;
