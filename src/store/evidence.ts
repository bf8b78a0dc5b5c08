import { EVENT_OF } from "../domain/callback.ts";
import { nextEvidence, type Evidence, type EvidenceBody } from "../domain/evidence.ts";
import { uuidOf, type MessageId } from "../domain/ids.ts";
import { enqueueCallbacks } from "./parties/callbacks.ts";
import { integers, jsons, texts, uuids } from "./connection/columns.ts";
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

/**
 * Appends to chains that were read in this transaction, all in one statement, and notes what entities
 * want to be told of it. When another process appended in the meantime the primary key refuses, and
 * transaction() runs the work again.
 */
export async function appendEvidence(
  db: Connection,
  at: Date,
  additions: readonly Addition[],
): Promise<void> {
  const added: Evidence[] = [];
  for (const { messageId, chain, bodies } of additions) {
    let head: Addition["chain"][number] | undefined = chain.at(-1);
    for (const body of bodies) {
      const record = nextEvidence(messageId, head, at, body);
      added.push(record);
      head = record;
    }
  }
  await db.query({
    name: "evidence",
    text: `insert into evidence (message_id, seq, at, body, previous_sha256, sha256)
     select message_id, seq, $1, body, previous_sha256, sha256
     from unnest($2::uuid[], $3::integer[], $4::jsonb[], $5::text[], $6::text[])
       as record (message_id, seq, body, previous_sha256, sha256)`,
    values: [
      at,
      uuids(added.map((record) => record.messageId)),
      integers(added.map((record) => record.seq)),
      jsons(added.map((record) => record.body)),
      texts(added.map((record) => record.previousSha256)),
      texts(added.map((record) => record.sha256)),
    ],
  });
  await enqueueCallbacks(
    db,
    at,
    added.flatMap(({ messageId, seq, body, sha256 }) => {
      const event = EVENT_OF[body.event];
      return event === undefined ? [] : [{ eventId: uuidOf(sha256), messageId, seq, event }];
    }),
  );
}
