import type pg from "pg";

const FACTS =
  "messages|evidence|relay_attempts|relay_answers|receipts|outcomes|certificates|charges";
const OTHERS = "submissions|certificate_codes|purged_certificates|legal_holds";
const PARTITION = `^(${FACTS})_[0-9]{4}_[0-9]{2}$`;
const GUARD = "_(guard|no_truncate)$";

/** Set while migrations run: they may replace a guard. It opens nothing else. */
export const MIGRATING = "sms_certificat.migrating";

const SQL = `
  create schema if not exists sms_certificat_guard;
  grant usage on schema sms_certificat_guard to public;

  create or replace function sms_certificat_guard.refuse(what text) returns void
  language plpgsql set search_path = pg_catalog as $$ begin
    raise exception '%', what using errcode = 'integrity_constraint_violation';
  end $$;

  create or replace function sms_certificat_guard.on_drop() returns event_trigger
  language plpgsql set search_path = pg_catalog as $$
  declare
    gone record;
  begin
    for gone in select object_type, coalesce(object_name, '') as name, object_identity,
        original or normal as by_itself
      from pg_event_trigger_dropped_objects()
    loop
      if gone.object_type = 'table' and gone.name ~ '${PARTITION}' then
        continue when nullif(current_setting('sms_certificat.purge_at', true), '') is not null
          and to_date(right(gone.name, 7), 'YYYY_MM') + interval '1 month' + interval '5 years'
            <= clock_timestamp();
        perform sms_certificat_guard.refuse(gone.name || ' cannot be dropped before its time');
      elsif gone.object_type = 'table' and gone.name ~ '^(${FACTS}|${OTHERS})$' then
        perform sms_certificat_guard.refuse('the facts in ' || gone.name || ' cannot be dropped');
      -- One that goes with its table is no matter of its own.
      elsif gone.object_type = 'trigger' and gone.by_itself and split_part(gone.object_identity, ' on ', 1) ~ '${GUARD}'
        and coalesce(current_setting('${MIGRATING}', true), '') <> 'on' then
        perform sms_certificat_guard.refuse('the guard ' || gone.object_identity || ' cannot be dropped');
      end if;
    end loop;
  end $$;

  create or replace function sms_certificat_guard.on_alter() returns event_trigger
  language plpgsql set search_path = pg_catalog as $$
  declare
    loose text;
  begin
    select c.relname into loose from pg_class c
      where c.relnamespace = to_regnamespace('public') and c.relkind in ('r', 'p')
        and not c.relispartition and c.relname ~ '${PARTITION}' limit 1;
    if loose is not null then
      perform sms_certificat_guard.refuse(loose || ' cannot be detached');
    end if;
    select t.tgname || ' on ' || c.relname into loose
      from pg_trigger t join pg_class c on c.oid = t.tgrelid
      where c.relnamespace = to_regnamespace('public') and t.tgenabled <> 'O' and t.tgname ~ '${GUARD}'
        and c.relname ~ '^(${FACTS}|${OTHERS})(_[0-9]{4}_[0-9]{2})?$' limit 1;
    if loose is not null then
      perform sms_certificat_guard.refuse('the guard ' || loose || ' cannot be disabled');
    end if;
    if to_regclass('public.certificates') is not null and not exists (
      select from pg_constraint k where k.conrelid = to_regclass('public.certificates')
        and k.contype = 'c' and pg_get_constraintdef(k.oid) ~ '5 years.*retain_until') then
      perform sms_certificat_guard.refuse('certificates are kept for five years');
    end if;
  end $$;

  do $$ begin
    if not exists (select from pg_event_trigger where evtname = 'sms_certificat_on_drop') then
      create event trigger sms_certificat_on_drop on sql_drop
        execute function sms_certificat_guard.on_drop();
      create event trigger sms_certificat_on_alter on ddl_command_end when tag in ('ALTER TABLE')
        execute function sms_certificat_guard.on_alter();
    end if;
  end $$`;

/**
 * Guards against the owner what no trigger on a table sees: a partition of facts that is dropped or
 * detached before its five years are over, a guard that is dropped or disabled. Only a superuser may
 * make an event trigger, and the owner cannot take away what a superuser made. Harmless when it is
 * there already.
 *
 * @param client a superuser in the database of the service
 */
export async function guardAgainstDrops(client: pg.ClientBase): Promise<void> {
  await client.query("begin");
  try {
    await client.query("select pg_advisory_xact_lock(hashtext('sms-certificat drop guard'))");
    await client.query(SQL);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}
