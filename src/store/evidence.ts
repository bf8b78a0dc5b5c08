import { nextEvidence, type Evidence, type EvidenceBody } from "../domain/evidence.ts";
import type { MessageId } from "../domain/ids.ts";
import type { Connection } from "./database.ts";

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
  const { rows } = await db.query<EvidenceRow>(
    `select message_id, seq, at, body, previous_sha256, sha256 from evidence
     where message_id = any($1::uuid[]) order by message_id, seq`,
    [messageIds],
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

/**
 * Appends to a chain that was read in this transaction, and answers the longer chain. When another
 * process appended in the meantime the primary key refuses, and transaction() runs the work again.
 */
export async function appendEvidence(
  db: Connection,
  chain: readonly Evidence[],
  at: Date,
  bodies: readonly EvidenceBody[],
  messageId: MessageId | undefined = chain[0]?.messageId,
): Promise<Evidence[]> {
  if (messageId === undefined) throw new RangeError("an empty chain needs its message");
  const longer = [...chain];
  for (const body of bodies) longer.push(nextEvidence(messageId, longer.at(-1), at, body));
  const added = longer.slice(chain.length);
  await db.query(
    `insert into evidence (message_id, seq, at, body, previous_sha256, sha256)
     select $1, seq, $2, body, previous_sha256, sha256
     from unnest($3::integer[], $4::jsonb[], $5::text[], $6::text[])
       as record (seq, body, previous_sha256, sha256)`,
    [
      messageId,
      at,
      added.map((record) => record.seq),
      added.map((record) => JSON.stringify(record.body)),
      added.map((record) => record.previousSha256),
      added.map((record) => record.sha256),
    ],
  );
  return longer;
}
