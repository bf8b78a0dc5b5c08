-- How the callers of an entity may say who they are, and which X.509 certificates stand for a user.

alter table entities
  add column accepted_authentication text[] not null default '{passwordText,passwordDigest,x509}'
    check (cardinality(accepted_authentication) > 0
      and accepted_authentication <@ array['passwordText', 'passwordDigest', 'x509']),
  -- Signatures with SHA-1, for callers who cannot do better yet.
  add column sha1_accepted boolean not null default false;

create table user_certificates (
  -- SHA-256 of the certificate, in hexadecimal.
  fingerprint text primary key check (fingerprint ~ '^[0-9a-f]{64}$'),
  user_id uuid not null references users,
  subject text not null,
  not_after timestamptz not null,
  registered_at timestamptz not null
);
create index user_certificates_user on user_certificates (user_id);

grant select, insert, delete on user_certificates to sms_certificat_app;
