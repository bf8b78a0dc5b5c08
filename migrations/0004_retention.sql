-- Five years: nobody changes or removes a certificate earlier; afterwards it is purged.

-- What remains of a purged certificate: that it was there, and its hash.
create table purged_certificates (
  message_id uuid not null,
  kind text not null,
  sha256 text not null,
  issued_at timestamptz not null,
  purged_at timestamptz not null,
  primary key (message_id, kind)
);
grant select on purged_certificates to sms_certificat_app;

-- What the nightly purge looks for: the same cost beside a thousand certificates or a hundred million.
create index certificates_end on certificates (retain_until);

-- The application's instant is handed over in a transaction-local setting; the database's own clock
-- must agree. It is the one place where SQL reads a clock, and it can only delay a purge.
create function guard_certificate() returns trigger language plpgsql set search_path = pg_catalog as $$
declare
  purge_at timestamptz := nullif(current_setting('sms_certificat.purge_at', true), '')::timestamptz;
begin
  if tg_op = 'DELETE' and purge_at is not null
     and old.retain_until <= purge_at and old.retain_until <= clock_timestamp() then
    return old;
  end if;
  raise exception 'a certificate cannot be changed or removed before its retention ends'
    using errcode = 'integrity_constraint_violation';
end $$;
create trigger certificates_guard before update or delete on certificates
  for each row execute function guard_certificate();

-- The other facts leave with the last certificate of their message, inside the purge, and never change.
create function guard_fact() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  if tg_op = 'DELETE' and nullif(current_setting('sms_certificat.purge_at', true), '') is not null then
    return old;
  end if;
  raise exception 'a fact cannot be changed or removed' using errcode = 'integrity_constraint_violation';
end $$;

create function refuse_truncate() returns trigger language plpgsql as $$
begin
  raise exception 'facts cannot be truncated' using errcode = 'integrity_constraint_violation';
end $$;

do $$
declare
  fact text;
begin
  foreach fact in array array['messages', 'evidence', 'relay_attempts', 'relay_answers', 'receipts',
                              'outcomes', 'charges', 'submissions', 'certificate_codes',
                              'purged_certificates'] loop
    execute format('create trigger %I before update or delete on %I
      for each row execute function guard_fact()', fact || '_guard', fact);
    execute format('create trigger %I before truncate on %I
      for each statement execute function refuse_truncate()', fact || '_no_truncate', fact);
  end loop;
end $$;
create trigger certificates_no_truncate before truncate on certificates
  for each statement execute function refuse_truncate();

-- The smallest UUIDv7 of an instant: where a month begins among the keys.
create function uuidv7_floor(at timestamptz) returns uuid language sql immutable as $$
  select (substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-0000-0000-000000000000')::uuid
  from (select lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') as h) as hex
$$;

-- Makes the partitions of the month of an instant, the one before (clocks of replicas differ at
-- midnight) and the months ahead; answers how many it made.
create function ensure_months(at timestamptz, ahead integer) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  fact text;
  month timestamp;
  child text;
  made integer := 0;
begin
  perform pg_advisory_xact_lock(hashtext('sms-certificat ensure_months'));
  foreach fact in array array['messages', 'evidence', 'relay_attempts', 'relay_answers',
                              'receipts', 'outcomes', 'certificates', 'charges'] loop
    for offset_months in -1 .. ahead loop
      month := date_trunc('month', at at time zone 'UTC') + make_interval(months => offset_months);
      child := format('%s_%s', fact, to_char(month, 'YYYY_MM'));
      continue when to_regclass(format('public.%I', child)) is not null;
      execute format('create table %I partition of %I for values from (%L) to (%L)', child, fact,
        uuidv7_floor(month at time zone 'UTC'),
        uuidv7_floor((month + interval '1 month') at time zone 'UTC'));
      execute format('create trigger %I before truncate on %I
        for each statement execute function refuse_truncate()', fact || '_no_truncate', child);
      made := made + 1;
    end loop;
  end loop;
  return made;
end $$;
revoke execute on function ensure_months(timestamptz, integer) from public;
grant execute on function ensure_months(timestamptz, integer) to sms_certificat_app;

-- Removes up to `batch` certificates whose time has come and, with the last certificate of a message,
-- everything that was kept of it; answers how many certificates went.
create function purge_expired(at timestamptz, batch integer) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  gone integer;
begin
  -- One purge at a time is enough; the other replica has nothing to wait for.
  if not pg_try_advisory_xact_lock(hashtext('sms-certificat purge')) then
    return 0;
  end if;
  perform set_config('sms_certificat.purge_at', at::text, true);
  create temporary table expired on commit drop as
    select message_id, kind, sha256, issued_at from certificates
    where retain_until <= at and retain_until <= clock_timestamp()
    order by retain_until limit batch;
  insert into purged_certificates (message_id, kind, sha256, issued_at, purged_at)
    select message_id, kind, sha256, issued_at, at from expired;
  delete from certificates c using expired e
    where c.message_id = e.message_id and c.kind = e.kind;
  get diagnostics gone = row_count;
  delete from certificate_codes c using expired e
    where c.message_id = e.message_id and c.kind = e.kind;
  delete from expired e using certificates c where c.message_id = e.message_id;
  delete from receipts r using evidence v, expired e
    where v.message_id = e.message_id and v.body ->> 'event' = 'DeliveryReceipt'
      and r.receipt_id = (v.body ->> 'receiptId')::uuid;
  delete from submissions s using messages m, expired e
    where m.message_id = e.message_id
      and s.entity_id = m.entity_id and s.client_reference = m.client_reference;
  delete from evidence f using expired e where f.message_id = e.message_id;
  delete from relay_attempts f using expired e where f.message_id = e.message_id;
  delete from relay_answers f using expired e where f.message_id = e.message_id;
  delete from outcomes f using expired e where f.message_id = e.message_id;
  delete from charges f using expired e where f.message_id = e.message_id;
  delete from messages f using expired e where f.message_id = e.message_id;
  drop table expired;
  perform set_config('sms_certificat.purge_at', '', true);
  return gone;
end $$;
revoke execute on function purge_expired(timestamptz, integer) from public;
grant execute on function purge_expired(timestamptz, integer)
  to sms_certificat_app, sms_certificat_purge;

-- Removes what belongs to no certificate and would be kept without an end: receipts that found no
-- segment and texts of subscribers, once nobody listens for them any more.
create function forget_strays(at timestamptz, received_before timestamptz) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  strays integer;
  texts integer;
begin
  perform set_config('sms_certificat.purge_at', at::text, true);
  with unmatched as (
    delete from unmatched_receipts where received_at < received_before returning receipt_id)
  delete from receipts r using unmatched u where r.receipt_id = u.receipt_id;
  get diagnostics strays = row_count;
  delete from receipts
    where receipt_id < uuidv7_floor(received_before) and kind = 'mobileOriginated';
  get diagnostics texts = row_count;
  perform set_config('sms_certificat.purge_at', '', true);
  return strays + texts;
end $$;
revoke execute on function forget_strays(timestamptz, timestamptz) from public;
grant execute on function forget_strays(timestamptz, timestamptz) to sms_certificat_app;
