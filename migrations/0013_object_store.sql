-- The file of a certificate is in its row, or in an object store that locks it: exactly one of the two.

alter table certificates
  alter column pdf drop not null,
  add column object_key text,
  -- The version whose bytes have the row's hash; issuing again after a crash leaves others under its key.
  add column object_version text,
  add column object_size integer,
  add constraint certificates_one_file check (num_nonnulls(pdf, object_version) = 1),
  add constraint certificates_object check (
    num_nonnulls(object_key, object_version, object_size) in (0, 3));

-- Objects whose certificate was purged: removed from the store after the commit that purged it.
create table released_objects (
  object_key text primary key
);
grant select, delete on released_objects to sms_certificat_app;

create function release_object() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into released_objects (object_key) values (old.object_key) on conflict do nothing;
  return null;
end $$;
create trigger certificates_release after delete on certificates
  for each row when (old.object_key is not null) execute function release_object();
