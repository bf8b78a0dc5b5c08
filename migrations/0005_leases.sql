-- What only one process may do at a time, such as binding to the operator under a system_id.
create table leases (
  name text primary key,
  holder uuid not null,
  held_until timestamptz not null
);
grant select, insert, update, delete on leases to sms_certificat_app;
