-- Back offices that want to be told instead of asking again and again.

create table callbacks (
  entity_id uuid primary key references entities,
  style text not null check (style in ('soap', 'json')),
  url text not null,
  events text[] not null check (cardinality(events) > 0),
  -- Of a SOAP endpoint; a JSON endpoint always gets an HMAC under the secret.
  security text not null check (security in ('none', 'passwordText', 'passwordDigest', 'hmac')),
  username text,
  -- Encrypted under the key of the settings.
  secret_encrypted bytea,
  enabled boolean not null,
  check ((style = 'json') = (security = 'hmac')),
  check ((security = 'none') = (secret_encrypted is null))
);

-- What is still to be told: work, small and hot. The order of a message is that of its evidence.
create table callback_events (
  event_id uuid primary key,
  entity_id uuid not null,
  message_id uuid not null,
  -- Of the evidence record; 0 for what is no evidence.
  seq integer not null,
  event text not null,
  at timestamptz not null,
  run_at timestamptz not null,
  attempts integer not null,
  dead boolean not null,
  cause text,
  unique (message_id, seq, event)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
create index callback_events_due on callback_events (run_at) where not dead;

grant select, insert, update, delete on callbacks, callback_events to sms_certificat_app;

alter table grants drop constraint grants_subject_check;
alter table grants add constraint grants_subject_check check
  (subject in ('entity', 'user', 'mailbox', 'alias', 'operator', 'tariff', 'callback'));
