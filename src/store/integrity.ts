import { brokenLink } from "../domain/evidence.ts";
import type { MessageId } from "../domain/ids.ts";
import { foldMessage } from "../domain/message.ts";
import type { Connection } from "./database.ts";
import { readChains } from "./evidence.ts";

/** Something in the database that must never be so. */
export interface Damage {
  readonly invariant: string;
  readonly messageId: string;
  readonly detail: string;
}

interface Invariant {
  readonly name: string;
  /** Selects message_id and detail of each offender among the messages of $1. */
  readonly sql: string;
}

/** What holds for every message at any moment, each broken only by a bug or by a hand in the database. */
const INVARIANTS: readonly Invariant[] = [
  {
    name: "a message has evidence of its acceptance",
    sql: `select m.message_id, 'no evidence' as detail from messages m
      where m.message_id = any($1) and not exists (
        select from evidence e where e.message_id = m.message_id and e.seq = 1
          and e.body ->> 'event' = 'SubmissionAcceptance')`,
  },
  {
    name: "a message is charged once for its segments",
    sql: `select m.message_id, 'charged ' || coalesce(c.units, 0) || ' of ' || m.segment_count as detail
      from messages m left join charges c on c.message_id = m.message_id and c.item = 'sms'
      where m.message_id = any($1) and c.units is distinct from m.segment_count`,
  },
  {
    name: "a message is found by its reference",
    sql: `select m.message_id, 'no submission' as detail from messages m
      where m.message_id = any($1) and not exists (
        select from submissions s where s.entity_id = m.entity_id
          and s.client_reference = m.client_reference and s.message_id = m.message_id)`,
  },
  {
    name: "the text is the one that was hashed",
    sql: `select message_id, 'text differs from its hash' as detail from messages
      where message_id = any($1)
        and encode(sha256(convert_to(text, 'UTF8')), 'hex') <> text_sha256`,
  },
  {
    name: "an open message has somebody to settle it",
    sql: `select m.message_id, 'no settle work' as detail from messages m
      where m.message_id = any($1)
        and not exists (select from outcomes o where o.message_id = m.message_id)
        and not exists (select from evidence e where e.message_id = m.message_id
          and e.body ->> 'event' = 'SubmissionCancelled')
        and not exists (select from work w where w.message_id = m.message_id and w.step = 'settle')`,
  },
  {
    name: "an outcome has its certificate or the work that makes it",
    sql: `select o.message_id, 'no certificate for ' || o.kind as detail from outcomes o
      where o.message_id = any($1)
        and not exists (select from certificates c where c.message_id = o.message_id
          and c.kind = case o.kind when 'delivered' then 'positive' else 'negative' end)
        and not exists (select from work w where w.message_id = o.message_id and w.step = 'certify')`,
  },
  {
    name: "a certificate agrees with the outcome",
    sql: `select c.message_id, c.kind || ' without its outcome' as detail from certificates c
      left join outcomes o using (message_id)
      where c.message_id = any($1) and c.kind <> 'corrective'
        and o.kind is distinct from case c.kind when 'positive' then 'delivered' else 'notDelivered' end`,
  },
  {
    name: "a certificate is the file that was hashed",
    sql: `select message_id, kind || ' file differs from its hash' as detail from certificates
      where message_id = any($1) and pdf is not null and encode(sha256(pdf), 'hex') <> sha256`,
  },
  {
    name: "a certificate was found whole when it was last read",
    sql: `select message_id, kind || ' ' || problem || ' on ' || found_at as detail
      from fixity_failures where message_id = any($1)`,
  },
  {
    name: "a certificate is charged once",
    sql: `select c.message_id, 'certificate not charged' as detail from certificates c
      where c.message_id = any($1) and not exists (
        select from charges h where h.message_id = c.message_id and h.item = 'certificate')`,
  },
  {
    name: "a certificate can be found by its code",
    sql: `select c.message_id, c.kind || ' has another code' as detail from certificates c
      where c.message_id = any($1) and not exists (
        select from certificate_codes d where d.csv = c.csv and d.message_id = c.message_id
          and d.kind = c.kind)`,
  },
  {
    name: "no segment is taken twice by the SMSC",
    sql: `select message_id, 'segment ' || segment || ' accepted ' || count(*) || ' times' as detail
      from relay_answers where message_id = any($1) and kind = 'accepted'
      group by message_id, segment having count(*) > 1`,
  },
  {
    name: "an answer has its attempt",
    sql: `select b.message_id, 'segment ' || b.segment || ' answered without an attempt' as detail
      from relay_answers b left join relay_attempts a using (message_id, segment, attempt)
      where b.message_id = any($1) and a.message_id is null`,
  },
  {
    name: "every receipt that the evidence names is kept raw",
    sql: `select e.message_id, 'receipt of record ' || e.seq || ' is not there' as detail from evidence e
      left join receipts r on r.receipt_id = (e.body ->> 'receiptId')::uuid
      where e.message_id = any($1) and e.body ->> 'event' = 'DeliveryReceipt'
        and (r.receipt_id is null or r.raw_sha256 <> e.body ->> 'rawSha256'
          or encode(sha256(r.raw), 'hex') <> r.raw_sha256)`,
  },
];

const BATCH = 500;

/**
 * Checks every message against every invariant, in bounded steps, beside a running service. An empty
 * answer means that the database keeps every promise that was made to a caller.
 */
export async function checkIntegrity(
  db: Connection,
  onProgress: (checked: number) => void = () => undefined,
): Promise<Damage[]> {
  const damages: Damage[] = [];
  let last = "00000000-0000-0000-0000-000000000000";
  for (let checked = 0; ;) {
    const { rows } = await db.query<{ message_id: MessageId }>(
      `select message_id from (
         select message_id from messages where message_id > $1
         union select message_id from evidence where message_id > $1 and seq = 1
         union select message_id from certificates where message_id > $1) known
       order by message_id limit $2`,
      [last, BATCH],
    );
    const ids = rows.map((row) => row.message_id);
    if (ids.length === 0) return damages;
    damages.push(...(await checkInvariants(db, ids)), ...(await checkChains(db, ids)));
    last = ids.at(-1) ?? last;
    checked += ids.length;
    onProgress(checked);
  }
}

async function checkInvariants(db: Connection, ids: readonly MessageId[]): Promise<Damage[]> {
  const damages: Damage[] = [];
  for (const { name, sql } of INVARIANTS) {
    const { rows } = await db.query<{ message_id: string; detail: string }>(sql, [ids]);
    damages.push(
      ...rows.map(({ message_id, detail }) => ({ invariant: name, messageId: message_id, detail })),
    );
  }
  return damages;
}

async function checkChains(db: Connection, ids: readonly MessageId[]): Promise<Damage[]> {
  const damages: Damage[] = [];
  const chains = await readChains(db, ids);
  for (const [messageId, chain] of chains) {
    const broken = brokenLink(chain);
    if (broken !== undefined) {
      const detail = `record ${broken} does not follow`;
      damages.push({ invariant: "the chain of evidence is unbroken", messageId, detail });
      continue;
    }
    try {
      foldMessage(chain);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      damages.push({ invariant: "the evidence tells a legal story", messageId, detail });
    }
  }
  return damages;
}
