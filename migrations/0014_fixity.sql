-- The nightly reading of every certificate that is kept: how far it is, and what it found.

-- One row for each time that all of them are read, which takes eighty nights.
create table fixity_walks (
  began_at timestamptz primary key,
  -- The certificate that was read last; null before the first.
  reached_id uuid,
  reached_kind text,
  ended_at timestamptz
);

create table fixity_passes (
  began_at timestamptz primary key,
  -- The last batch; a pass that was interrupted goes on as another one.
  last_at timestamptz not null,
  files bigint not null,
  bytes bigint not null,
  failures bigint not null
);

-- Certificates whose file was not there or not the one that was hashed, whoever noticed.
create table fixity_failures (
  message_id uuid not null,
  kind text not null,
  problem text not null check (problem in ('missing', 'differs')),
  found_at timestamptz not null,
  primary key (message_id, kind)
);

grant select, insert, update on fixity_walks, fixity_passes to sms_certificat_app;
grant select, insert, update, delete on fixity_failures to sms_certificat_app;
