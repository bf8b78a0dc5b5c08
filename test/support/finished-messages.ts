import type pg from "pg";
import { nextEvidence, type Evidence, type EvidenceBody } from "../../src/domain/evidence.ts";
import { uuidv7, type MessageId } from "../../src/domain/ids.ts";
import { withClient } from "./database.ts";
import type { Hands } from "./hands.ts";
import { seededRandom } from "../../src/smpp/simulator/seeded-random.ts";

const ID = `(lpad(to_hex($1::bigint + i / 10), 12, '0') || '7' || lpad(to_hex(i & 4095), 3, '0')
  || '8' || lpad(to_hex(i), 15, '0'))::uuid`;

/** What a finished message leaves in the database, a line a table; evidence in one record of many. */
const TABLES = [
  `insert into messages (message_id, entity_id, user_id, client_reference, channel,
     recipient_msisdn, text, text_sha256, language, encoding, segment_count, accepted_at,
     receipt_deadline)
   select ${ID}, gen_random_uuid(), gen_random_uuid(), 'history-' || i, 'soap', '+34600100000',
     'Teniu una notificació nova a la seu electrònica.', repeat('0', 64), 'ca', 'UCS2', 1, $2, $2
   from generate_series(1, $3::int) i`,
  `insert into evidence (message_id, seq, at, body, previous_sha256, sha256)
   select ${ID}, 1, $2, '{"event": "SubmissionAcceptance", "segmentCount": 1}', repeat('0', 64),
     repeat('0', 64) from generate_series(1, $3::int) i`,
  `insert into receipts (receipt_id, kind, operator, link, received_at, raw, raw_sha256,
     smsc_message_id, recipient, message_state)
   select ${ID}, 'deliveryReceipt', 'Bench', 'Bench/transceiver-1', $2,
     decode(repeat('00', 150), 'hex'), repeat('0', 64), 'history-' || i, '+34600100000', 'DELIVERED'
   from generate_series(1, $3::int) i`,
  `insert into outcomes (message_id, kind, at, settled_at)
   select ${ID}, 'delivered', $2, $2 from generate_series(1, $3::int) i`,
  `insert into awaited_segments (message_id, segment, operator, match_key, recipient, relayed_at,
     listen_until, attempt)
   select ${ID}, 1, 'Bench', 'history-' || i, '+34600100000', $2,
     $2::timestamptz + interval '35 days', 1
   from generate_series(1, $3::int) i`,
];

/** Fills the tables with messages that are over, as years of service do; two connections at a time. */
export async function insertFinished(ownerUrl: string, at: Date, count: number): Promise<void> {
  const left = TABLES.values();
  const fill = (): Promise<void> =>
    withClient(ownerUrl, async (client) => {
      for (const sql of left) await client.query(sql, [at.getTime(), at, count]);
    });
  await Promise.all([fill(), fill()]);
  await withClient(ownerUrl, (client) => client.query("analyze"));
}

/** Messages that wait for their receipt, with sound chains; answers their ids of the SMSC. */
export async function insertAwaiting(
  owner: pg.Pool,
  { clock }: Pick<Hands, "clock">,
  count: number,
): Promise<readonly string[]> {
  const random = seededRandom("awaiting");
  const at = clock.now();
  const chains = Array.from({ length: count }, (_, index): Evidence[] => {
    const messageId = uuidv7(at, random) as MessageId;
    const bodies: EvidenceBody[] = [
      {
        event: "SubmissionAcceptance",
        recipient: "+34600100000",
        textSha256: "0".repeat(64),
        segmentCount: 1,
        receiptDeadline: at.toISOString(),
      },
      { event: "RelayAttempt", attempt: 1, operator: "Bench", segments: [] },
      {
        event: "RelayToNonERDS",
        attempt: 1,
        accepted: [{ number: 1, smscMessageId: String(index + 1), answeredAt: at.toISOString() }],
      },
    ];
    const chain: Evidence[] = [];
    for (const body of bodies) chain.push(nextEvidence(messageId, chain.at(-1), at, body));
    return chain;
  });
  const records = chains.flat();
  await owner.query(
    `insert into evidence (message_id, seq, at, body, previous_sha256, sha256)
     select * from unnest($1::uuid[], $2::int[], $3::timestamptz[], $4::jsonb[], $5::text[],
       $6::text[])`,
    [
      records.map((record) => record.messageId),
      records.map((record) => record.seq),
      records.map((record) => record.at),
      records.map((record) => JSON.stringify(record.body)),
      records.map((record) => record.previousSha256),
      records.map((record) => record.sha256),
    ],
  );
  const ids = chains.map((_, index) => String(index + 1));
  await owner.query(
    `insert into awaited_segments (message_id, segment, operator, match_key, recipient, relayed_at,
       listen_until, attempt)
     select id, 1, 'Bench', key, '+34600100000', $3, $3::timestamptz + interval '35 days', 1
     from unnest($1::uuid[], $2::text[]) as awaited (id, key)`,
    [chains.map(([first]) => first?.messageId), ids, at],
  );
  return ids;
}
