-- Who calls through PICA and PCI: bodies by their codes, users by their officer, and on which ground.

-- The codes under which the bus knows a body. INE10 is kept without its leading zeros.
create table entity_codes (
  code text primary key check (code ~ '^[1-9A-Z][0-9A-Z]{0,9}$'),
  entity_id uuid not null references entities
);
create index entity_codes_entity on entity_codes (entity_id);

alter table entities
  -- What says which user of the body it is that calls through the bus.
  add column bus_user_by text[] not null default '{usernameToken,signature,connection}'
    check (cardinality(bus_user_by) > 0
      and bus_user_by <@ array['usernameToken', 'signature', 'connection', 'officer']);

alter table users
  -- Of the person, to be found as the officer of a message of the bus.
  add column nif text check (nif = upper(nif)),
  -- A user of the bus itself: may call for every body whose users are found by their officer.
  add column is_bus boolean not null default false;
create unique index users_officer on users (entity_id, nif) where nif is not null;

alter table messages add column consent text check (consent in ('Si', 'Ley', 'NoOpo'));

grant select, insert, delete on entity_codes to sms_certificat_app;
