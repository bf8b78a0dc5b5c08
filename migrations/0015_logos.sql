-- The logo of an entity, as its certificates carry it: eight bits a sample, compressed with zlib.

create table entity_logos (
  entity_id uuid primary key references entities,
  width integer not null check (width between 1 and 1000),
  height integer not null check (height between 1 and 1000),
  colour text not null check (colour in ('grey', 'rgb')),
  samples bytea not null check (octet_length(samples) <= 16384),
  -- What a screen reader says of it.
  description text not null check (description <> ''),
  registered_at timestamptz not null
);
grant select, insert, update, delete on entity_logos to sms_certificat_app;
