-- Work: small and hot. A row exists only while something is left to do.

create table work (
  lane smallint not null,
  step text not null check (step in ('relay', 'settle', 'certify', 'notify')),
  message_id uuid not null,
  -- When it is due; claiming pushes it forward, which is the lease.
  run_at timestamptz not null,
  attempts integer not null,
  -- Given up: kept and visible until a person puts it back.
  dead boolean not null,
  cause text,
  primary key (lane, step, message_id)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
create index work_due on work (step, run_at) where not dead;

-- Segments that the operator still owes a word about.
create table awaited_segments (
  message_id uuid not null,
  segment smallint not null,
  operator text not null,
  -- The smscMessageId in the operator's canonical form; null when its answer was lost.
  match_key text,
  recipient text not null,
  relayed_at timestamptz not null,
  listen_until timestamptz not null,
  -- A segment that a person had sent again is waited for twice.
  attempt integer not null,
  primary key (message_id, segment, attempt)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
create index awaited_segments_key on awaited_segments (operator, match_key);
create index awaited_segments_unconfirmed on awaited_segments (operator, recipient)
  where match_key is null;
create index awaited_segments_end on awaited_segments (listen_until);

-- Receipts that have not found their segment yet: early, foreign, or without an id.
create table unmatched_receipts (
  receipt_id uuid primary key,
  operator text not null,
  smsc_message_id text,
  recipient text,
  received_at timestamptz not null
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
create index unmatched_receipts_key on unmatched_receipts (operator, smsc_message_id);

grant select, insert, update, delete on work, awaited_segments, unmatched_receipts
  to sms_certificat_app;
