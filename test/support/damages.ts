import { BATCH_DAMAGES } from "./batch-damages.ts";

const YEARS_AGO = "'2018-01-01T00:00:00Z'";
const OTHER_ID = "'019a0000-0000-7000-8000-000000000001'";

/** What a hand does to a message, and which invariants name it. */
export const DAMAGES: readonly (readonly [
  what: string,
  made: "open" | "scheduled" | "delivered" | "mailed" | "corrected" | "contradicted",
  sql: string,
  named: readonly string[],
])[] = [
  [
    "a text is changed",
    "open",
    "update messages set text = 'un altre' where message_id = $1",
    ["the text is the one that was hashed"],
  ],
  [
    "the first record of the evidence is removed",
    "open",
    "delete from evidence where message_id = $1 and seq = 1",
    ["a message has evidence of its acceptance", "the chain of evidence is unbroken"],
  ],
  [
    "a record of the evidence is changed",
    "delivered",
    "update evidence set at = at + interval '1 second' where message_id = $1 and seq = 2",
    ["the chain of evidence is unbroken"],
  ],
  [
    "a message is removed",
    "delivered",
    "delete from messages where message_id = $1",
    [
      "evidence and facts have their message",
      "a segment that is awaited is of a message that is there",
    ],
  ],
  [
    "a charge is removed",
    "open",
    "delete from charges where message_id = $1",
    ["a message is charged once for its segments"],
  ],
  [
    "a submission is removed",
    "open",
    "delete from submissions where message_id = $1",
    ["a message is found by its reference"],
  ],
  [
    "the settle work is removed",
    "open",
    "delete from work where message_id = $1 and step = 'settle'",
    ["an open message has somebody to settle it"],
  ],
  [
    "the relay work is removed",
    "scheduled",
    "delete from work where message_id = $1 and step = 'relay'",
    ["a message that is still to be relayed has the work that relays it"],
  ],
  [
    "the mail's work is removed",
    "mailed",
    "delete from work where message_id = $1 and step = 'notify'",
    ["a certificate that is to be mailed is, or has the work that mails it"],
  ],
  [
    "an outcome is turned round",
    "delivered",
    "update outcomes set kind = 'notDelivered', reason = 'expired' where message_id = $1",
    [
      "an outcome is told by the evidence",
      "a certificate agrees with the outcome",
      "an outcome has its certificate or the work that makes it",
      "an outcome has the code of its certificate",
    ],
  ],
  [
    "a certificate is removed",
    "delivered",
    "delete from certificates where message_id = $1",
    [
      "an outcome has its certificate or the work that makes it",
      "a certificate is told by the evidence and kept",
      "a certificate is charged once",
    ],
  ],
  [
    "a corrective certificate is removed",
    "corrected",
    "delete from certificates where message_id = $1 and kind = 'corrective'",
    [
      "a late delivery inside the period has its certificate or the work that makes it",
      "a certificate is told by the evidence and kept",
    ],
  ],
  [
    "the certificate that was corrected is removed",
    "corrected",
    "delete from certificates where message_id = $1 and kind = 'negative'",
    [
      "a corrective certificate corrects a negative one, by a late delivery",
      "an outcome has its certificate or the work that makes it",
      "a certificate is told by the evidence and kept",
    ],
  ],
  [
    "the file of a certificate is changed",
    "delivered",
    "update certificates set pdf = pdf || 'x'::bytea where message_id = $1",
    ["a certificate is the file that was hashed"],
  ],
  [
    "a certificate is exchanged with its hash",
    "delivered",
    "update certificates set pdf = 'x', sha256 = encode(sha256('x'), 'hex') where message_id = $1",
    ["a certificate is told by the evidence and kept"],
  ],
  [
    "a certificate is marked as purged",
    "delivered",
    `insert into purged_certificates (message_id, kind, sha256, issued_at, purged_at)
     select message_id, kind, sha256, issued_at, issued_at from certificates where message_id = $1`,
    ["a purged certificate is gone, and was not purged early"],
  ],
  [
    "a code is exchanged",
    "delivered",
    "update certificate_codes set csv = 'X' || csv where message_id = $1",
    ["a certificate can be found by its code"],
  ],
  [
    "an attempt is removed",
    "open",
    "delete from relay_attempts where message_id = $1",
    ["an answer has its attempt"],
  ],
  [
    "a second acceptance is invented",
    "open",
    `insert into relay_answers (message_id, segment, attempt, kind, smsc_message_id, at)
     select message_id, segment, 2, kind, 'z', at from relay_answers where message_id = $1`,
    [
      "no segment is taken twice by the SMSC",
      "an answer has its attempt",
      "a segment that the SMSC took is listened to",
    ],
  ],
  [
    "an attempt is invented",
    "open",
    `insert into relay_attempts select message_id, segment, 9, operator, payload, at
     from relay_attempts where message_id = $1`,
    ["an attempt is told by the evidence"],
  ],
  [
    "an awaited segment is removed",
    "open",
    "delete from awaited_segments where message_id = $1",
    ["a segment that the SMSC took is listened to"],
  ],
  [
    "a raw receipt is changed",
    "delivered",
    `update receipts set raw = 'DELIVRD' where receipt_id in (
       select (body ->> 'receiptId')::uuid from evidence
       where message_id = $1 and body ->> 'event' = 'DeliveryReceipt')`,
    ["every receipt that the evidence names is kept raw"],
  ],
  [
    "a matched receipt waits again",
    "delivered",
    `insert into unmatched_receipts (receipt_id, operator, received_at)
     select (body ->> 'receiptId')::uuid, 'x', at from evidence
     where message_id = $1 and body ->> 'event' = 'DeliveryReceipt'`,
    ["a receipt is told once, and waits no longer"],
  ],
  [
    "a held conflict is thrown away",
    "contradicted",
    "delete from work where message_id = $1 and step = 'settle'",
    ["a conflict is held for a person"],
  ],
  [
    "work is put off for ever",
    "open",
    "update work set run_at = '2999-01-01' where message_id = $1 and step = 'settle'",
    ["no work sleeps past its time"],
  ],
  [
    "a certificate is found damaged in its store",
    "delivered",
    "insert into fixity_failures values ($1, 'positive', 'missing', '2026-03-02')",
    ["a certificate was found whole when it was last read"],
  ],
];

/** Damage that no message names: how it is done and undone, and what says so. */
export const ELSEWHERE: readonly (readonly [
  what: string,
  done: string,
  undone: string,
  named: string,
])[] = [
  [
    "work of nobody",
    `insert into work values (0, 'settle', ${OTHER_ID}, ${YEARS_AGO}, 0, false)`,
    `delete from work where message_id = ${OTHER_ID}`,
    "work is of a message that is there",
  ],
  [
    "an awaited segment of nobody",
    `insert into awaited_segments values (${OTHER_ID}, 1, 'x', 'y', '+34', ${YEARS_AGO}, ${YEARS_AGO}, 1)`,
    `delete from awaited_segments where message_id = ${OTHER_ID}`,
    "a segment that is awaited is of a message that is there",
  ],
  [
    "a receipt without its bytes",
    `insert into unmatched_receipts values (${OTHER_ID}, 'x', 'y', '+34', ${YEARS_AGO})`,
    `delete from unmatched_receipts where receipt_id = ${OTHER_ID}`,
    "a receipt that waits is kept raw",
  ],
  ...BATCH_DAMAGES,
  [
    "a lease for ever",
    `insert into leases values ('smpp/x', ${OTHER_ID}, '2999-01-01')`,
    "delete from leases",
    "no lease outlasts its holder by far",
  ],
  [
    "a guard disabled",
    "alter table certificates disable trigger certificates_guard",
    "alter table certificates enable trigger certificates_guard",
    "the facts are guarded",
  ],
  [
    "a guard of one partition removed",
    "drop trigger receipts_no_truncate on receipts_2026_04",
    `create trigger receipts_no_truncate before truncate on receipts_2026_04
       for each statement execute function refuse_truncate()`,
    "the facts are guarded",
  ],
  [
    "five years no longer checked",
    "alter table certificates rename constraint certificates_check to away; alter table certificates drop constraint away",
    `alter table certificates add constraint certificates_check
       check ((issued_at at time zone 'UTC') + interval '5 years' <= (retain_until at time zone 'UTC'))`,
    "certificates cannot be inserted for less than five years",
  ],
  [
    "a right of the application",
    "grant delete on evidence to sms_certificat_app",
    "revoke delete on evidence from sms_certificat_app",
    "the application may not change facts",
  ],
  [
    "months that are not there",
    "do $$ begin for month in 4 .. 9 loop execute format('drop table charges_2026_%s', lpad(month::text, 2, '0')); end loop; for month in 10 .. 12 loop execute format('drop table charges_2026_%s', month); end loop; for month in 1 .. 12 loop execute format('drop table if exists charges_2027_%s', lpad(month::text, 2, '0')); end loop; end $$",
    "select ensure_months('2026-03-02', 12)",
    "every fact has partitions for the months to come",
  ],
];
