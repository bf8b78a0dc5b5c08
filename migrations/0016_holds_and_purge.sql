-- Legal holds, a purge that leaves nothing behind, and months that are dropped once they are empty.

-- Every order to hold a message, or to hold it no longer; the last one counts.
create table legal_holds (
  message_id uuid not null,
  seq integer not null check (seq > 0),
  held boolean not null,
  ordered_by text not null,
  reason text not null,
  at timestamptz not null,
  primary key (message_id, seq)
);
-- Whoever could delete the order could purge what it holds: it leaves after its message.
create function guard_hold() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if tg_op = 'DELETE' and not exists (select from messages m where m.message_id = old.message_id) then
    return old;
  end if;
  raise exception 'a legal hold cannot be changed or removed' using errcode = 'integrity_constraint_violation';
end $$;
create trigger legal_holds_guard before update or delete on legal_holds
  for each row execute function guard_hold();
create trigger legal_holds_no_truncate before truncate on legal_holds
  for each statement execute function refuse_truncate();
grant select, insert on legal_holds to sms_certificat_app;

create function is_held(id uuid) returns boolean language sql stable
set search_path = public, pg_temp as $$
  select coalesce((select held from legal_holds where message_id = id order by seq desc limit 1), false)
$$;

-- The instant inside a UUIDv7.
create function uuidv7_at(id uuid) returns timestamptz language sql immutable
set search_path = pg_catalog as $$
  select to_timestamp(('x' || substr(replace(id::text, '-', ''), 1, 12))::bit(48)::bigint / 1000.0)
$$;

-- Until when nothing of this key may leave, whatever anybody orders: five years by both clocks. A
-- certificate is issued after its message was accepted, so that this can only be too early.
create function may_leave(id uuid) returns boolean language sql volatile
set search_path = public, pg_temp as $$
  select coalesce((uuidv7_at(id) at time zone 'UTC') + interval '5 years'
    <= (least(nullif(current_setting('sms_certificat.purge_at', true), '')::timestamptz,
        clock_timestamp()) at time zone 'UTC')
    and nullif(current_setting('sms_certificat.purge_at', true), '') is not null
    and not is_held(id), false)
$$;

create or replace function guard_certificate() returns trigger language plpgsql
set search_path = pg_catalog as $$
declare
  purge_at timestamptz := nullif(current_setting('sms_certificat.purge_at', true), '')::timestamptz;
begin
  if tg_op = 'DELETE' and purge_at is not null
     and old.retain_until <= purge_at and old.retain_until <= clock_timestamp()
     and not public.is_held(old.message_id) then
    return old;
  end if;
  raise exception 'a certificate cannot be changed or removed before its retention ends'
    using errcode = 'integrity_constraint_violation';
end $$;

-- What belongs to a message leaves after its last certificate, and never before five years.
create function guard_message_fact() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
  if tg_op = 'DELETE' and may_leave(old.message_id)
     and not exists (select from certificates c where c.message_id = old.message_id) then
    return old;
  end if;
  raise exception 'a fact cannot be changed or removed' using errcode = 'integrity_constraint_violation';
end $$;

do $$
declare
  fact text;
begin
  foreach fact in array array['messages', 'evidence', 'relay_attempts', 'relay_answers', 'outcomes',
                              'charges', 'submissions'] loop
    execute format('drop trigger %I on %I', fact || '_guard', fact);
    execute format('create trigger %I before update or delete on %I
      for each row execute function guard_message_fact()', fact || '_guard', fact);
  end loop;
end $$;

-- As before, without what is held; nothing is left in the tables of work either.
create or replace function purge_expired(at timestamptz, batch integer) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  gone integer;
begin
  -- One purge at a time is enough; the other replica has nothing to wait for. A hold waits for it.
  if not pg_try_advisory_xact_lock(hashtext('sms-certificat purge')) then
    return 0;
  end if;
  perform set_config('sms_certificat.purge_at', at::text, true);
  create temporary table expired on commit drop as
    select message_id, kind, sha256, issued_at from certificates c
    where retain_until <= at and retain_until <= clock_timestamp() and not is_held(c.message_id)
    order by retain_until limit batch;
  insert into purged_certificates (message_id, kind, sha256, issued_at, purged_at)
    select message_id, kind, sha256, issued_at, at from expired;
  delete from certificates c using expired e
    where c.message_id = e.message_id and c.kind = e.kind;
  get diagnostics gone = row_count;
  delete from certificate_codes c using expired e
    where c.message_id = e.message_id and c.kind = e.kind;
  delete from expired e using certificates c where c.message_id = e.message_id;
  perform purge_messages(array(select distinct message_id from expired));
  drop table expired;
  perform set_config('sms_certificat.purge_at', '', true);
  return gone;
end $$;

-- Everything that is kept of messages without a certificate. The guards decide whether it may leave.
create function purge_messages(ids uuid[]) returns void language plpgsql
set search_path = public, pg_temp as $$
begin
  delete from receipts r using evidence v
    where v.message_id = any(ids) and v.body ->> 'event' = 'DeliveryReceipt'
      and r.receipt_id = (v.body ->> 'receiptId')::uuid;
  delete from submissions s using messages m
    where m.message_id = any(ids)
      and s.entity_id = m.entity_id and s.client_reference = m.client_reference;
  delete from evidence f where f.message_id = any(ids);
  delete from relay_attempts f where f.message_id = any(ids);
  delete from relay_answers f where f.message_id = any(ids);
  delete from outcomes f where f.message_id = any(ids);
  delete from charges f where f.message_id = any(ids);
  delete from work f where f.message_id = any(ids);
  delete from awaited_segments f where f.message_id = any(ids);
  delete from fixity_failures f where f.message_id = any(ids);
  delete from messages f where f.message_id = any(ids);
  delete from legal_holds f where f.message_id = any(ids);
end $$;
revoke execute on function purge_messages(uuid[]) from public;

-- Messages that were cancelled have no certificate: they leave five years after their acceptance.
create function purge_cancelled(at timestamptz, batch integer) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  ids uuid[];
begin
  if not pg_try_advisory_xact_lock(hashtext('sms-certificat purge')) then
    return 0;
  end if;
  perform set_config('sms_certificat.purge_at', at::text, true);
  ids := array(
    select m.message_id from messages m
    where m.message_id < uuidv7_floor(((at at time zone 'UTC') - interval '5 years') at time zone 'UTC')
      and may_leave(m.message_id)
      and not exists (select from outcomes o where o.message_id = m.message_id)
      and not exists (select from certificates c where c.message_id = m.message_id)
      and exists (select from evidence e where e.message_id = m.message_id
        and e.body ->> 'event' = 'SubmissionCancelled')
    order by m.message_id limit batch);
  perform purge_messages(ids);
  perform set_config('sms_certificat.purge_at', '', true);
  return cardinality(ids);
end $$;
revoke execute on function purge_cancelled(timestamptz, integer) from public;
grant execute on function purge_cancelled(timestamptz, integer)
  to sms_certificat_app, sms_certificat_purge;

-- Drops the partitions of months that are five years old and hold nothing any more; answers how many.
-- What row by row has left behind in dead rows and indexes goes with them. A partition that somebody
-- reads or writes just then is left for the next night.
create function drop_empty_months(at timestamptz) returns integer
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '2s' as $$
declare
  child record;
  filled boolean;
  dropped integer := 0;
begin
  if not pg_try_advisory_xact_lock(hashtext('sms-certificat purge')) then
    return 0;
  end if;
  perform set_config('sms_certificat.purge_at', at::text, true);
  for child in
    select c.relname as name, to_date(right(c.relname, 7), 'YYYY_MM') as month
    from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
    where p.relnamespace = 'public'::regnamespace and p.relname = any(fact_tables())
      and c.relname ~ '_[0-9]{4}_[0-9]{2}$'
    order by 2, 1
  loop
    exit when (child.month + interval '1 month' + interval '5 years') at time zone 'UTC'
      > least(at, clock_timestamp());
    begin
      execute format('lock table %I in access exclusive mode', child.name);
      execute format('select exists (select from %I)', child.name) into filled;
      continue when filled;
      execute format('drop table %I', child.name);
      dropped := dropped + 1;
    exception when lock_not_available then
      null;
    end;
  end loop;
  perform set_config('sms_certificat.purge_at', '', true);
  return dropped;
end $$;
revoke execute on function drop_empty_months(timestamptz) from public;
grant execute on function drop_empty_months(timestamptz) to sms_certificat_app, sms_certificat_purge;

-- The tables that are partitioned by month.
create function fact_tables() returns text[] language sql immutable as $$
  select array['messages', 'evidence', 'relay_attempts', 'relay_answers', 'receipts', 'outcomes',
    'certificates', 'charges']
$$;

-- How many months after that of the instant every fact still has a partition; negative when there is
-- none even for it, and nothing can be accepted.
create function months_ahead(at timestamptz) returns integer language sql stable
set search_path = public, pg_temp as $$
  select min(ahead) from (
    select coalesce((extract(year from last_month) * 12 + extract(month from last_month)
      - extract(year from at at time zone 'UTC') * 12 - extract(month from at at time zone 'UTC'))::integer,
      -1) as ahead
    from unnest(fact_tables()) as fact
    left join lateral (
      select max(to_date(right(c.relname, 7), 'YYYY_MM')) as last_month
      from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = to_regclass('public.' || fact) and c.relname ~ '_[0-9]{4}_[0-9]{2}$') m on true
  ) each_fact
$$;
grant execute on function months_ahead(timestamptz) to sms_certificat_app;
