-- Who may use the service: entities, their users and the mailboxes that may receive certificates.

create table entities (
  entity_id uuid primary key,
  name text not null check (name <> ''),
  nif text not null check (nif <> ''),
  dir3 text,
  enabled boolean not null,
  certificates_enabled boolean not null,
  created_at timestamptz not null
);

create table users (
  user_id uuid primary key,
  entity_id uuid not null references entities,
  username text not null unique check (username = lower(username)),
  enabled boolean not null,
  certificates_enabled boolean not null,
  -- scrypt, for PasswordText; encrypted under the key of the settings, for PasswordDigest.
  secret_scrypt text not null,
  secret_encrypted bytea,
  created_at timestamptz not null
);

create table mailboxes (
  user_id uuid not null references users,
  address text not null check (address = lower(address)),
  authorised_at timestamptz not null,
  primary key (user_id, address)
);

-- WS-Security nonces inside their window: a replay to another replica fails on this key.
create table used_nonces (
  username text not null,
  nonce text not null,
  expires_at timestamptz not null,
  primary key (username, nonce)
);
create index used_nonces_expiry on used_nonces (expires_at);

grant select, insert, update on entities, users to sms_certificat_app;
grant select, insert, delete on mailboxes, used_nonces to sms_certificat_app;
