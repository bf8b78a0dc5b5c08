-- Facts: inserted once, never changed. Partitioned by the month inside their UUIDv7 key, which makes
-- the key both globally unique and the unit of retention (no default partition: see ensure_months).

create table messages (
  message_id uuid primary key,
  entity_id uuid not null,
  user_id uuid not null,
  client_reference text not null,
  channel text not null,
  recipient_msisdn text not null,
  recipient_name text,
  recipient_legal_id text,
  text text not null,
  text_sha256 text not null,
  sender text,
  language text not null,
  file_number text,
  purpose text,
  officer_name text,
  officer_nif text,
  officer_email text,
  cost_centre text,
  scheduled_at timestamptz,
  mailbox text,
  encoding text not null,
  segment_count smallint not null check (segment_count > 0),
  accepted_at timestamptz not null,
  receipt_deadline timestamptz not null
) partition by range (message_id);

create table evidence (
  message_id uuid not null,
  seq integer not null check (seq > 0),
  at timestamptz not null,
  body jsonb not null,
  previous_sha256 text not null,
  sha256 text not null,
  primary key (message_id, seq)
) partition by range (message_id);

-- Committed before the bytes go out.
create table relay_attempts (
  message_id uuid not null,
  segment smallint not null,
  attempt integer not null,
  operator text not null,
  payload bytea not null,
  at timestamptz not null,
  primary key (message_id, segment, attempt)
) partition by range (message_id);

create table relay_answers (
  message_id uuid not null,
  segment smallint not null,
  attempt integer not null,
  kind text not null check (kind in ('accepted', 'refused', 'notSent', 'unknown')),
  smsc_message_id text,
  command_status bigint,
  cause text,
  at timestamptz not null,
  check ((kind = 'accepted') = (smsc_message_id is not null)),
  primary key (message_id, segment, attempt)
) partition by range (message_id);

-- Raw, as they came, before they are acknowledged to the operator.
create table receipts (
  receipt_id uuid primary key,
  kind text not null check (kind in ('deliveryReceipt', 'mobileOriginated')),
  operator text not null,
  link text not null,
  received_at timestamptz not null,
  raw bytea not null,
  raw_sha256 text not null,
  smsc_message_id text,
  recipient text,
  message_state text not null,
  error_code text,
  operator_submit_date text,
  operator_done_date text,
  doubt text
) partition by range (receipt_id);

create table outcomes (
  message_id uuid primary key,
  kind text not null check (kind in ('delivered', 'notDelivered')),
  reason text,
  at timestamptz not null,
  settled_at timestamptz not null,
  check ((kind = 'notDelivered') = (reason is not null))
) partition by range (message_id);

create table certificates (
  message_id uuid not null,
  kind text not null check (kind in ('positive', 'negative', 'corrective')),
  csv text not null,
  issued_at timestamptz not null,
  stamped_at timestamptz not null,
  retain_until timestamptz not null,
  sha256 text not null,
  pdf bytea not null,
  check ((issued_at at time zone 'UTC') + interval '5 years' <= (retain_until at time zone 'UTC')),
  primary key (message_id, kind)
) partition by range (message_id);
-- PDF streams are deflated already.
alter table certificates alter column pdf set storage external;

create table charges (
  message_id uuid not null,
  item text not null check (item in ('sms', 'certificate')),
  entity_id uuid not null,
  units integer not null check (units > 0),
  at timestamptz not null,
  primary key (message_id, item)
) partition by range (message_id);

-- One submission per entity and client reference: the key makes a repeated call harmless.
create table submissions (
  entity_id uuid not null,
  client_reference text not null,
  digest text not null,
  message_id uuid not null,
  primary key (entity_id, client_reference)
);

-- The code is drawn when the outcome is settled, so that a certificate can be made again byte for byte.
create table certificate_codes (
  csv text primary key,
  message_id uuid not null,
  kind text not null,
  unique (message_id, kind)
);

grant select, insert on messages, evidence, relay_attempts, relay_answers, receipts, outcomes,
  certificates, charges, submissions, certificate_codes to sms_certificat_app;
