-- What the service desk administers: what entities and users may, by whom and on which ticket it was
-- granted, and the sender aliases of entities.

alter table entities
  add column language text not null default 'ca' check (language in ('ca', 'es', 'oc', 'en')),
  -- Charged when a message does not name one.
  add column default_cost_centre text,
  -- Messages that are accepted in a day or a month of Europe/Madrid; null: without a limit.
  add column daily_quota integer check (daily_quota >= 0),
  add column monthly_quota integer check (monthly_quota >= 0);

alter table users
  add column full_name text,
  add column kind text not null default 'application' check (kind in ('person', 'application')),
  -- send: order certified messages; certificates: fetch them; consult: what other users of the entity
  -- sent, too; administer: usage of the entity, and cancelling what others sent.
  add column permissions text[] not null default '{send,certificates}'
    check (permissions <@ array['send', 'certificates', 'consult', 'administer']),
  add column valid_from timestamptz,
  add column valid_until timestamptz,
  add check (valid_from < valid_until);
update users set permissions = '{}' where not certificates_enabled;
alter table users drop column certificates_enabled;

-- Alphanumeric senders. The operators block those that are not in the register of the CNMC
-- (Orden TDF/149/2025).
create table aliases (
  entity_id uuid not null references entities,
  alias text not null check (alias ~ '^[A-Za-z0-9][A-Za-z0-9 ._-]{0,10}$'),
  registration text not null check (registration in ('requested', 'registered', 'refused', 'expired')),
  -- The number of the entry in the register.
  register_number text,
  enabled boolean not null,
  created_at timestamptz not null,
  primary key (entity_id, alias)
);

-- Every grant and revocation: who, when, on which ticket of the service desk. Never changed.
create table grants (
  grant_id uuid primary key,
  at timestamptz not null,
  entity_id uuid,
  subject text not null check (subject in ('entity', 'user', 'mailbox', 'alias', 'operator', 'tariff')),
  -- NIF of the entity, name of the user, address of the mailbox …
  subject_name text not null,
  action text not null,
  change jsonb not null,
  granted_by text not null,
  ticket text
);
create index grants_subject on grants (subject, subject_name);
create trigger grants_guard before update or delete on grants
  for each row execute function guard_fact();
create trigger grants_no_truncate before truncate on grants
  for each statement execute function refuse_truncate();

grant select, insert, update, delete on aliases to sms_certificat_app;
grant select, insert on grants to sms_certificat_app;
