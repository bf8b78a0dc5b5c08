-- Entities that send at no night and on no holiday; and how far early warnings have got.

alter table entities add column quiet_hours boolean not null default false;

create table cursors (
  name text primary key,
  at timestamptz not null
);
grant select, insert, update on cursors to sms_certificat_app;
