import type { Step } from "../work.ts";

/** Something that holds at any moment, broken only by a bug or by a hand in the database. */
export interface Invariant {
  readonly name: string;
  /** What a person does about it. */
  readonly remedy: string;
  /** The step whose work is lost: `work restore` makes it again. */
  readonly step?: Step;
}

/** Checked by a query that selects what offends, `id` and `detail`. */
export interface QueriedInvariant extends Invariant {
  /** `$1`: the ids that are checked or, of the whole database, the present instant. */
  readonly sql: string;
}

export const BACKUP =
  "restore the row from a backup that has it, beside the database, and compare; find out who changed it";
const RESTORE = "work restore --message ID; find out who deleted its row";
const REPORT = "a bug: keep the database as it is and report it with the evidence of the message";

/** Of the chain of evidence, which is hashed and folded again. */
export const CHAIN = {
  unbroken: { name: "the chain of evidence is unbroken", remedy: BACKUP },
  legal: { name: "the evidence tells a legal story", remedy: REPORT },
  held: {
    name: "a conflict is held for a person",
    remedy: `${RESTORE}; then conflicts`,
    step: "settle",
  },
  relayed: {
    name: "a message that is still to be relayed has the work that relays it",
    remedy: RESTORE,
    step: "relay",
  },
} as const satisfies Record<string, Invariant>;

/** Of each message. */
export const OF_MESSAGES: readonly QueriedInvariant[] = [
  {
    name: "a message has evidence of its acceptance",
    remedy: BACKUP,
    sql: `select m.message_id as id, 'no evidence' as detail from messages m
      where m.message_id = any($1) and not exists (
        select from evidence e where e.message_id = m.message_id and e.seq = 1
          and e.body ->> 'event' = 'SubmissionAcceptance')`,
  },
  {
    name: "evidence and facts have their message",
    remedy: BACKUP,
    sql: `select f.message_id as id, 'only ' || string_agg(distinct what, ', ') as detail from (
        select message_id, 'evidence' as what from evidence where message_id = any($1)
        union all select message_id, 'an outcome' from outcomes where message_id = any($1)
        union all select message_id, 'a certificate' from certificates where message_id = any($1)
        union all select message_id, 'a charge' from charges where message_id = any($1)
        union all select message_id, 'an attempt' from relay_attempts where message_id = any($1)
        union all select message_id, 'a hold' from legal_holds where message_id = any($1)) f
      where not exists (select from messages m where m.message_id = f.message_id)
      group by f.message_id`,
  },
  {
    name: "a message is charged once for its segments",
    remedy: "correct the invoice of the entity by hand; a charge is never changed",
    sql: `select m.message_id as id,
        'charged ' || coalesce(c.units, 0) || ' of ' || m.segment_count as detail
      from messages m left join charges c on c.message_id = m.message_id and c.item = 'sms'
      where m.message_id = any($1) and c.units is distinct from m.segment_count::integer`,
  },
  {
    name: "a message is found by its reference",
    remedy: BACKUP,
    sql: `select m.message_id as id, 'no submission' as detail from messages m
      where m.message_id = any($1) and not exists (
        select from submissions s where s.entity_id = m.entity_id
          and s.client_reference = m.client_reference and s.message_id = m.message_id)`,
  },
  {
    name: "the text is the one that was hashed",
    remedy: BACKUP,
    sql: `select message_id as id, 'text differs from its hash' as detail from messages
      where message_id = any($1)
        and encode(sha256(convert_to(text, 'UTF8')), 'hex') <> text_sha256`,
  },
  {
    name: "an open message has somebody to settle it",
    remedy: RESTORE,
    step: "settle",
    sql: `select m.message_id as id, 'no settle work' as detail from messages m
      where m.message_id = any($1)
        and not exists (select from outcomes o where o.message_id = m.message_id)
        and not exists (select from evidence e where e.message_id = m.message_id
          and e.body ->> 'event' = 'SubmissionCancelled')
        and not exists (select from work w where w.message_id = m.message_id and w.step = 'settle')`,
  },
  {
    name: "an outcome is told by the evidence",
    remedy: BACKUP,
    sql: `select coalesce(o.message_id, e.message_id) as id,
        coalesce(o.reason, o.kind, 'no outcome') || ' against '
          || coalesce(e.body ->> 'reason', e.body ->> 'event', 'no evidence') as detail
      from (select * from outcomes where message_id = any($1)) o
      full join (select * from evidence where message_id = any($1)
        and body ->> 'event' in ('ContentHandover', 'ContentHandoverFailure')) e using (message_id)
      where o.kind is distinct from
          case e.body ->> 'event' when 'ContentHandover' then 'delivered' else 'notDelivered' end
        or o.reason is distinct from e.body ->> 'reason' or e.message_id is null`,
  },
  {
    name: "an outcome has its certificate or the work that makes it",
    remedy: RESTORE,
    step: "certify",
    sql: `select o.message_id as id, 'no certificate for ' || o.kind as detail from outcomes o
      where o.message_id = any($1)
        and not exists (select from certificates c where c.message_id = o.message_id
          and c.kind = case o.kind when 'delivered' then 'positive' else 'negative' end)
        and not exists (select from purged_certificates p where p.message_id = o.message_id)
        and not exists (select from work w where w.message_id = o.message_id and w.step = 'certify')`,
  },
  {
    name: "a late delivery inside the period has its certificate or the work that makes it",
    remedy: RESTORE,
    step: "certify",
    sql: `select e.message_id as id, 'no corrective certificate' as detail from evidence e
      where e.message_id = any($1) and e.body ->> 'event' = 'LateDelivery'
        and e.body ->> 'verdict' = 'withinPeriod'
        and not exists (select from certificates c
          where c.message_id = e.message_id and c.kind = 'corrective')
        and not exists (select from work w where w.message_id = e.message_id and w.step = 'certify')`,
  },
  {
    name: "a certificate that is to be mailed is, or has the work that mails it",
    remedy: RESTORE,
    step: "notify",
    sql: `select c.message_id as id, c.kind || ' was not mailed' as detail
      from certificates c join messages m using (message_id)
      where c.message_id = any($1) and m.mailbox is not null
        and not exists (select from evidence e where e.message_id = c.message_id
          and e.body ->> 'event' = 'CertificateMailed' and e.body ->> 'kind' = c.kind)
        and not exists (select from work w where w.message_id = c.message_id and w.step = 'notify')`,
  },
  {
    name: "a certificate agrees with the outcome",
    remedy: REPORT,
    sql: `select c.message_id as id, c.kind || ' without its outcome' as detail from certificates c
      left join outcomes o using (message_id)
      where c.message_id = any($1)
        and o.kind is distinct from case c.kind when 'positive' then 'delivered' else 'notDelivered' end`,
  },
  {
    name: "a corrective certificate corrects a negative one, by a late delivery",
    remedy: REPORT,
    sql: `select c.message_id as id, 'corrective without what it corrects' as detail from certificates c
      where c.message_id = any($1) and c.kind = 'corrective' and (
        not exists (select from evidence e where e.message_id = c.message_id
          and e.body ->> 'event' = 'LateDelivery' and e.body ->> 'verdict' = 'withinPeriod')
        or not exists (
          select from certificates n where n.message_id = c.message_id and n.kind = 'negative'
          union all select from purged_certificates p
            where p.message_id = c.message_id and p.kind = 'negative'))`,
  },
  {
    name: "a certificate is told by the evidence and kept",
    remedy: BACKUP,
    sql: `select coalesce(c.message_id, e.message_id) as id,
        coalesce(c.kind, e.body ->> 'kind') || case when c.message_id is null then ' is missing'
          else ' is not the one that was issued' end as detail
      from (select message_id, kind, csv, sha256 from certificates where message_id = any($1)) c
      full join (select message_id, body from evidence where message_id = any($1)
        and body ->> 'event' = 'CertificateIssued') e
        on e.message_id = c.message_id and e.body ->> 'kind' = c.kind
      where (e.body ->> 'sha256' is distinct from c.sha256 or e.body ->> 'csv' is distinct from c.csv)
        and not exists (select from purged_certificates p
          where p.message_id = e.message_id and p.kind = e.body ->> 'kind' and c.message_id is null)`,
  },
  {
    name: "a certificate is the file that was hashed",
    remedy: BACKUP,
    sql: `select message_id as id, kind || ' file differs from its hash' as detail from certificates
      where message_id = any($1) and pdf is not null and encode(sha256(pdf), 'hex') <> sha256`,
  },
  {
    name: "a certificate was found whole when it was last read",
    remedy:
      "restore the file from a backup or a replica of the object store, with the hash of its row",
    sql: `select message_id as id, kind || ' ' || problem || ' on ' || found_at as detail
      from fixity_failures where message_id = any($1)`,
  },
  {
    name: "a certificate is kept for five years",
    remedy: BACKUP,
    sql: `select message_id as id, kind || ' only until ' || retain_until as detail from certificates
      where message_id = any($1)
        and (retain_until at time zone 'UTC') < (issued_at at time zone 'UTC') + interval '5 years'`,
  },
  {
    name: "a purged certificate is gone, and was not purged early",
    remedy: BACKUP,
    sql: `select p.message_id as id, p.kind || ' purged on ' || p.purged_at as detail
      from purged_certificates p left join certificates c using (message_id, kind)
      where p.message_id = any($1) and (c.message_id is not null
        or (p.purged_at at time zone 'UTC') < (p.issued_at at time zone 'UTC') + interval '5 years')`,
  },
  {
    name: "a certificate is charged once",
    remedy: "correct the invoice of the entity by hand; a charge is never changed",
    sql: `select m.message_id as id, case when h.message_id is null then 'certificate not charged'
          else 'charged without a certificate' end as detail
      from messages m
      left join charges h on h.message_id = m.message_id and h.item = 'certificate'
      where m.message_id = any($1) and (h.message_id is not null) <> exists (
        select from certificates c where c.message_id = m.message_id
        union all select from purged_certificates p where p.message_id = m.message_id)`,
  },
  {
    name: "a certificate can be found by its code",
    remedy: BACKUP,
    sql: `select c.message_id as id, c.kind || ' has another code' as detail from certificates c
      where c.message_id = any($1) and not exists (
        select from certificate_codes d where d.csv = c.csv and d.message_id = c.message_id
          and d.kind = c.kind)`,
  },
  {
    name: "an outcome has the code of its certificate",
    remedy: BACKUP,
    sql: `select o.message_id as id, 'no code' as detail from outcomes o
      where o.message_id = any($1)
        and not exists (select from certificate_codes d where d.message_id = o.message_id
          and d.kind = case o.kind when 'delivered' then 'positive' else 'negative' end)
        and not exists (select from purged_certificates p where p.message_id = o.message_id)`,
  },
  {
    name: "no segment is taken twice by the SMSC",
    remedy:
      "tell the entity: the recipient may have got it twice; if nobody ordered it, report it as a bug",
    sql: `select a.message_id as id, 'segment ' || a.segment || ' accepted ' || count(*) || ' times' as detail
      from relay_answers a where a.message_id = any($1) and a.kind = 'accepted'
        and not exists (select from evidence e where e.message_id = a.message_id
          and e.body ->> 'event' = 'ResendOrdered')
      group by a.message_id, a.segment having count(*) > 1`,
  },
  {
    name: "an answer has its attempt",
    remedy: BACKUP,
    sql: `select b.message_id as id, 'segment ' || b.segment || ' answered without an attempt' as detail
      from relay_answers b left join relay_attempts a using (message_id, segment, attempt)
      where b.message_id = any($1) and a.message_id is null`,
  },
  {
    name: "an attempt is told by the evidence",
    remedy: BACKUP,
    sql: `select a.message_id as id, 'attempt ' || a.attempt || ' is not told' as detail
      from (select distinct message_id, attempt from relay_attempts where message_id = any($1)) a
      where not exists (select from evidence e where e.message_id = a.message_id
        and e.body ->> 'event' = 'RelayAttempt' and (e.body ->> 'attempt')::integer = a.attempt)`,
  },
  {
    name: "a segment that the SMSC took is listened to",
    remedy: "insert its awaited segment, with the id of its answer as match_key",
    sql: `select a.message_id as id, 'nobody listens to segment ' || a.segment as detail from relay_answers a
      where a.message_id = any($1) and a.kind in ('accepted', 'unknown')
        and not exists (select from outcomes o where o.message_id = a.message_id)
        and not exists (select from awaited_segments w where w.message_id = a.message_id
          and w.segment = a.segment and w.attempt = a.attempt)`,
  },
  {
    name: "every receipt that the evidence names is kept raw",
    remedy: BACKUP,
    sql: `select e.message_id as id, 'receipt of record ' || e.seq || ' is not there' as detail from evidence e
      left join receipts r on r.receipt_id = (e.body ->> 'receiptId')::uuid
      where e.message_id = any($1) and e.body ->> 'event' = 'DeliveryReceipt'
        and (r.receipt_id is null or r.raw_sha256 <> e.body ->> 'rawSha256'
          or encode(sha256(r.raw), 'hex') <> r.raw_sha256)`,
  },
  {
    name: "a receipt is told once, and waits no longer",
    remedy: REPORT,
    sql: `select e.message_id as id, 'receipt ' || (e.body ->> 'receiptId') || ' told ' || count(*) || ' times'
        || case when count(u.receipt_id) > 0 then ' and unmatched' else '' end as detail
      from evidence e left join unmatched_receipts u on u.receipt_id = (e.body ->> 'receiptId')::uuid
      where e.message_id = any($1) and e.body ->> 'event' = 'DeliveryReceipt'
      group by e.message_id, e.body ->> 'receiptId' having count(*) > 1 or count(u.receipt_id) > 0`,
  },
];
