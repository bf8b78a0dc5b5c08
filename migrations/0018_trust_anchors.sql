-- Authorities under which an entity takes certificates, and the names in certificates that stand for a
-- user. One name stands for one user.

create table entity_anchors (
  entity_id uuid not null references entities,
  -- SHA-256 of the certificate, in hexadecimal.
  fingerprint text not null check (fingerprint ~ '^[0-9a-f]{64}$'),
  -- In DER.
  certificate bytea not null,
  subject text not null,
  not_after timestamptz not null,
  registered_at timestamptz not null,
  primary key (entity_id, fingerprint)
);

create table user_subjects (
  -- The whole subject in one line, or a NIF in its serialNumber or organizationIdentifier.
  kind text not null check (kind in ('subject', 'nif')),
  value text not null check (value <> ''),
  user_id uuid not null references users,
  registered_at timestamptz not null,
  primary key (kind, value)
);
create index user_subjects_user on user_subjects (user_id);

grant select, insert, delete on entity_anchors, user_subjects to sms_certificat_app;
