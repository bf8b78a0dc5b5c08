import type pg from "pg";

const TABLES = `
  select format(E'create table %I (\\n%s\\n)%s%s;', c.relname,
    (select string_agg(format('  %I %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
        case when a.attstorage <> t.typstorage then
          case a.attstorage when 'e' then ' storage external' else ' storage ' || a.attstorage::text end
        else '' end,
        case when a.attnotnull then ' not null' else '' end,
        coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')), E',\\n' order by a.attnum)
     from pg_attribute a join pg_type t on t.oid = a.atttypid
     left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
    coalesce(' partition by ' || pg_get_partkeydef(c.oid), ''),
    coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', '')) as line
  from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
  order by c.relname`;

/** PostgreSQL 18 lists NOT NULL among the constraints; the columns say it already. */
const CONSTRAINTS = `
  select format('alter table %I add constraint %I %s;', c.relname, k.conname,
    pg_get_constraintdef(k.oid)) as line
  from pg_constraint k join pg_class c on c.oid = k.conrelid
  where k.connamespace = 'public'::regnamespace and k.contype <> 'n'
  order by c.relname, k.conname`;

const INDEXES = `
  select pg_get_indexdef(i.indexrelid) || ';' as line
  from pg_index i join pg_class c on c.oid = i.indexrelid
  where c.relnamespace = 'public'::regnamespace
    and not exists (select from pg_constraint k where k.conindid = i.indexrelid)
  order by c.relname`;

const FUNCTIONS = `
  select trim(trailing E'\\n' from pg_get_functiondef(oid)) || ';' as line from pg_proc
  where pronamespace = 'public'::regnamespace order by proname, pg_get_function_identity_arguments(oid)`;

const TRIGGERS = `
  select pg_get_triggerdef(t.oid) || ';' as line
  from pg_trigger t join pg_class c on c.oid = t.tgrelid
  where c.relnamespace = 'public'::regnamespace and not t.tgisinternal
  order by c.relname, t.tgname`;

const GRANTS = `
  with granted as (
    select c.relname::text as thing, c.relowner as owner, coalesce(c.relacl, acldefault('r', c.relowner)) as acl
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'S')
    union all
    select 'function ' || p.oid::regprocedure::text, p.proowner,
      coalesce(p.proacl, acldefault('f', p.proowner))
    from pg_proc p where p.pronamespace = 'public'::regnamespace)
  select format('grant %s on %s to %s;',
    string_agg(lower(a.privilege_type), ', ' order by a.privilege_type), thing,
    case a.grantee when 0 then 'public' else pg_get_userbyid(a.grantee)::text end) as line
  from granted, aclexplode(acl) as a
  where a.grantee <> owner
  group by thing, a.grantee order by thing collate "C", 1`;

/**
 * The schema in a stable form, the same on every version of PostgreSQL that we support. It is for
 * reading and comparing; nothing is ever made from it.
 */
export async function describeSchema(client: pg.ClientBase): Promise<string> {
  const parts: string[] = [];
  for (const [title, query] of Object.entries({
    tables: TABLES,
    constraints: CONSTRAINTS,
    indexes: INDEXES,
    functions: FUNCTIONS,
    triggers: TRIGGERS,
    rights: GRANTS,
  })) {
    const { rows } = await client.query<{ line: string }>(query);
    parts.push(`-- ${title}\n\n${rows.map(({ line }) => line).join("\n")}\n`);
  }
  return `-- The schema that the migrations make. Written by scripts/schema.\n\n${parts.join("\n")}`;
}
