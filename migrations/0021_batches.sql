-- Batches of the bus (PICA, PCI): what was handed over, and the answer to each request. Kept until
-- nobody asks for them any more; the messages that came of them are facts of their own.

create table batches (
  batch_id uuid primary key,
  entity_id uuid not null references entities,
  user_id uuid not null references users,
  -- IdPeticion: whoever inserts it first has it.
  reference text not null check (reference <> ''),
  digest text not null,
  control jsonb not null,
  size smallint not null check (size between 1 and 500),
  received_at timestamptz not null,
  unique (entity_id, reference)
);
create index batches_received on batches (received_at);

create table batch_requests (
  batch_id uuid not null references batches,
  position smallint not null check (position > 0),
  request jsonb not null,
  primary key (batch_id, position)
);

-- The first answer to a request counts: a process that worked on it twice changes nothing.
create table batch_answers (
  batch_id uuid not null,
  position smallint not null,
  before text not null,
  after text not null,
  -- The certificate that goes in between, read from its own row when the answer is fetched.
  message_id uuid,
  kind text,
  answered_at timestamptz not null,
  check ((message_id is null) = (kind is null)),
  primary key (batch_id, position),
  foreign key (batch_id, position) references batch_requests
);

do $$
declare
  fact text;
begin
  foreach fact in array array['batches', 'batch_requests', 'batch_answers'] loop
    execute format('create trigger %I before update or delete on %I
      for each row execute function guard_fact()', fact || '_guard', fact);
    execute format('create trigger %I before truncate on %I
      for each statement execute function refuse_truncate()', fact || '_no_truncate', fact);
  end loop;
end $$;

-- Work: a row exists while a request of its batch has no answer.
create table batch_work (
  batch_id uuid primary key references batches,
  -- When it is due; claiming pushes it forward, which is the lease.
  run_at timestamptz not null,
  attempts integer not null
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
create index batch_work_due on batch_work (run_at);

grant select, insert on batches, batch_requests, batch_answers to sms_certificat_app;
grant select, insert, update, delete on batch_work to sms_certificat_app;

-- Removes finished batches received before an instant; answers how many. What they sent stays known by
-- its reference, so that a batch that is handed over again sends nothing twice.
create function forget_batches(at timestamptz, received_before timestamptz) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  gone uuid[];
begin
  perform set_config('sms_certificat.purge_at', at::text, true);
  select coalesce(array_agg(batch_id), '{}') into gone from (
    select batch_id from batches b where received_at < received_before
      and not exists (select from batch_work w where w.batch_id = b.batch_id)
    order by received_at limit 500 for update skip locked) old;
  delete from batch_answers where batch_id = any(gone);
  delete from batch_requests where batch_id = any(gone);
  delete from batches where batch_id = any(gone);
  perform set_config('sms_certificat.purge_at', '', true);
  return cardinality(gone);
end $$;
revoke execute on function forget_batches(timestamptz, timestamptz) from public;
grant execute on function forget_batches(timestamptz, timestamptz) to sms_certificat_app;
