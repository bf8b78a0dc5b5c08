import { BACKUP, type QueriedInvariant } from "./invariants.ts";

/** Facts that have no partitions. */
const GUARDED = `array['submissions', 'certificate_codes', 'purged_certificates', 'legal_holds',
  'batches', 'batch_requests', 'batch_answers']`;

/** Of the database as a whole: its guards, its months. */
export const OF_DATABASE: readonly QueriedInvariant[] = [
  {
    name: "no batch sleeps past its time",
    remedy: "set its run_at to now",
    sql: `select batch_id::text as id, 'sleeps until ' || run_at as detail from batch_work
      where run_at > $1::timestamptz + interval '1 day'`,
  },
  {
    name: "a receipt that waits is kept raw",
    remedy: BACKUP,
    sql: `select u.receipt_id::text as id, 'its bytes are not there' as detail from unmatched_receipts u
      where not exists (select from receipts r where r.receipt_id = u.receipt_id
        -- One after the other: a join could hash every receipt that there is.
        and encode(sha256(r.raw), 'hex') = r.raw_sha256 offset 0) and $1::timestamptz is not null`,
  },
  {
    name: "no lease outlasts its holder by far",
    remedy: "delete the row of leases; whoever still holds it takes it again within seconds",
    sql: `select name as id, 'held until ' || held_until as detail from leases
      where held_until > $1::timestamptz + interval '1 hour'`,
  },
  {
    name: "every fact has partitions for the months to come",
    remedy:
      "run retain (serve does it each night) and read its log; the application needs ensure_months",
    sql: `select 'partitions' as id, months_ahead($1) || ' months ahead' as detail
      where months_ahead($1) < 2`,
  },
  {
    name: "the facts are guarded",
    remedy: "create the trigger again as the migrations do, and find out who took it away",
    sql: `select c.relname as id, g.kind || ' is ' || coalesce('disabled', 'missing') as detail
      from pg_class c
      cross join (values ('guard'), ('no_truncate')) as g (kind)
      left join pg_class p on p.oid = (select inhparent from pg_inherits where inhrelid = c.oid)
      where $1::timestamptz is not null and c.relnamespace = 'public'::regnamespace
        and c.relkind in ('r', 'p') and coalesce(p.relname, c.relname) = any(fact_tables()
          || ${GUARDED})
        and not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgenabled = 'O'
          and t.tgname = coalesce(p.relname, c.relname) || '_' || g.kind)`,
  },
  {
    name: "certificates cannot be inserted for less than five years",
    remedy: "add the check again as the migrations do",
    sql: `select 'certificates' as id, 'the check of retain_until is missing' as detail
      where $1::timestamptz is not null and not exists (
        select from pg_constraint k where k.conrelid = 'public.certificates'::regclass
          and k.contype = 'c' and pg_get_constraintdef(k.oid) ~ '5 years.*retain_until')`,
  },
  {
    name: "the application may not change facts",
    remedy: "revoke the right from sms_certificat_app, and find out who granted it",
    sql: `select c.relname as id, 'may ' || r.kind as detail
      from pg_class c cross join (values ('UPDATE'), ('DELETE'), ('TRUNCATE')) as r (kind)
      where $1::timestamptz is not null and c.relnamespace = 'public'::regnamespace
        and c.relname = any(fact_tables()
          || ${GUARDED})
        and has_table_privilege('sms_certificat_app', c.oid, r.kind)`,
  },
];
