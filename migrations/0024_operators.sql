-- One row per operator to which a person has stopped the relaying, or let it go on; nobody needs a row.

create table operators (
  operator text primary key,
  enabled boolean not null,
  changed_at timestamptz not null
);
grant select, insert, update on operators to sms_certificat_app;
