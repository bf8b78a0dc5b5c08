import type pg from "pg";

/** A table of ours, as the catalogue describes it: what migrations add is copied without being named. */
export interface CopiedTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** Of the primary key, else of a unique one, in its order; text is compared byte by byte, so that servers agree. */
  readonly order: readonly string[];
  /** By which it is cut into months. */
  readonly monthKey: string | undefined;
}

/** What belongs to one server or one process alone, not to what the service promised. */
const NOT_COPIED = ["schema_migrations", "leases", "import_progress"];

const TABLES = `
  select c.relname as name,
    (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
     where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
    (select array_agg(quote_ident(a.attname)
         || case when a.attcollation <> 0 then ' collate "C"' else '' end order by k.place)
     from pg_index i, unnest(i.indkey) with ordinality as k (attnum, place), pg_attribute a
     where a.attrelid = c.oid and a.attnum = k.attnum and i.indexrelid = (
       select u.indexrelid from pg_index u
       where u.indrelid = c.oid and u.indisunique and u.indpred is null and u.indexprs is null
       order by u.indisprimary desc, u.indexrelid limit 1)) as key,
    (select a.attname::text from pg_partitioned_table p join pg_attribute a
       on a.attrelid = p.partrelid and a.attnum = p.partattrs[0]
     where p.partrelid = c.oid) as month_key,
    array(select f.confrelid::regclass::text from pg_constraint f
      where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> c.oid) as needs
  from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    and c.relname <> all($1)
  order by c.relname collate "C"`;

/** Every table to copy, each after those that its rows refer to. */
export async function readTables(client: pg.ClientBase): Promise<CopiedTable[]> {
  const { rows } = await client.query<{
    name: string;
    columns: string[];
    key: string[] | null;
    month_key: string | null;
    needs: string[];
  }>(TABLES, [NOT_COPIED]);
  const sorted: CopiedTable[] = [];
  let left = rows;
  while (left.length > 0) {
    const names = new Set(left.map(({ name }) => name));
    const free = left.filter(({ needs }) => !needs.some((need) => names.has(need)));
    if (free.length === 0) throw new Error("the tables refer to each other in a circle");
    for (const { name, columns, key, month_key } of free) {
      if (!key) throw new Error(`the table ${name} has no key`);
      sorted.push({ name, columns, order: key, monthKey: month_key ?? undefined });
    }
    left = left.filter((row) => !free.includes(row));
  }
  return sorted;
}

/** Names and hashes of the migrations that made the schema. */
export async function readMigrations(client: pg.ClientBase): Promise<readonly string[]> {
  const { rows } = await client.query<{ line: string }>(
    "select name || ' ' || sha256 as line from schema_migrations order by name",
  );
  return rows.map(({ line }) => line);
}

/** Makes the partitions of every month since the oldest key of a table. */
export async function makeMonths(client: pg.ClientBase, first: Date, last: Date): Promise<void> {
  const months =
    (last.getUTCFullYear() - first.getUTCFullYear()) * 12 +
    last.getUTCMonth() -
    first.getUTCMonth();
  await client.query("select ensure_months($1, $2)", [first, Math.max(0, months) + 12]);
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
