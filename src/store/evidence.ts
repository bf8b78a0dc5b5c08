import { EVENT_OF } from "../domain/callback.ts";
import { nextEvidence, type Evidence, type EvidenceBody } from "../domain/evidence.ts";
import { uuidOf, type MessageId } from "../domain/ids.ts";
import { enqueueCallbacks, type EvidenceNews } from "./parties/callbacks.ts";
import { instants, integers, jsons, texts, uuids } from "./connection/columns.ts";
import type { Connection } from "./connection/database.ts";

interface EvidenceRow {
  message_id: MessageId;
  seq: number;
  at: Date;
  body: EvidenceBody;
  previous_sha256: string;
  sha256: string;
}

/** The whole chain of each message, in order. */
export async function readChains(
  db: Connection,
  messageIds: readonly MessageId[],
): Promise<Map<MessageId, Evidence[]>> {
  const sorted = messageIds.toSorted();
  // The bounds leave out the partitions of other months, which a list of keys alone does not.
  const { rows } = await db.query<EvidenceRow>(
    `select message_id, seq, at, body, previous_sha256, sha256 from evidence
     where message_id = any($1::uuid[]) and message_id between $2 and $3
     order by message_id, seq`,
    [uuids(sorted), sorted[0], sorted.at(-1)],
  );
  const chains = new Map<MessageId, Evidence[]>();
  for (const row of rows) {
    const chain = chains.get(row.message_id) ?? [];
    chain.push({
      messageId: row.message_id,
      seq: row.seq,
      at: row.at,
      body: row.body,
      previousSha256: row.previous_sha256,
      sha256: row.sha256,
    });
    chains.set(row.message_id, chain);
  }
  return chains;
}

export async function readChain(db: Connection, messageId: MessageId): Promise<Evidence[]> {
  return (await readChains(db, [messageId])).get(messageId) ?? [];
}

/** What is to be appended to one chain. */
export interface Addition {
  readonly messageId: MessageId;
  /** As it was read in this transaction; its last record is enough. */
  readonly chain: readonly Pick<Evidence, "seq" | "sha256">[];
  readonly bodies: readonly EvidenceBody[];
}

/** The records that are to be appended, in order. */
export function recordsOf(at: Date, additions: readonly Addition[]): Evidence[] {
  const added: Evidence[] = [];
  for (const { messageId, chain, bodies } of additions) {
    let head: Addition["chain"][number] | undefined = chain.at(-1);
    for (const body of bodies) {
      const record = nextEvidence(messageId, head, at, body);
      added.push(record);
      head = record;
    }
  }
  return added;
}

/** As parameters: `message_id, seq, at, body, previous_sha256, sha256`. */
export function evidenceColumns(records: readonly Evidence[]): Buffer[] {
  return [
    uuids(records.map((record) => record.messageId)),
    integers(records.map((record) => record.seq)),
    instants(records.map((record) => record.at)),
    jsons(records.map((record) => record.body)),
    texts(records.map((record) => record.previousSha256)),
    texts(records.map((record) => record.sha256)),
  ];
}

/** What entities may want to be told of these records. */
export function newsOf(records: readonly Evidence[]): EvidenceNews[] {
  return records.flatMap(({ messageId, seq, at, body, sha256 }) => {
    const event = EVENT_OF[body.event];
    return event === undefined ? [] : [{ eventId: uuidOf(sha256), messageId, seq, event, at }];
  });
}

/**
 * Appends to chains that were read in this transaction, all in one statement, and notes what entities
 * want to be told of it. When another process appended in the meantime the primary key refuses, and
 * transaction() runs the work again. It answers what was appended.
 */
export async function appendEvidence(
  db: Connection,
  at: Date,
  additions: readonly Addition[],
): Promise<readonly Evidence[]> {
  const added = recordsOf(at, additions);
  await db.query({
    name: "evidence",
    text: `insert into evidence (message_id, seq, at, body, previous_sha256, sha256)
     select * from unnest($1::uuid[], $2::integer[], $3::timestamptz[], $4::jsonb[], $5::text[],
       $6::text[])`,
    values: evidenceColumns(added),
  });
  await enqueueCallbacks(db, newsOf(added));
  return added;
}
