import type { EntityId } from "../../domain/ids.ts";
import type { Connection } from "../connection/database.ts";

/** Where an alias stands in the register of the CNMC (Orden TDF/149/2025). */
export const REGISTRATIONS = ["requested", "registered", "refused", "expired"] as const;
export type Registration = (typeof REGISTRATIONS)[number];

/** An alphanumeric sender of an entity. */
export interface Alias {
  readonly entityId: EntityId;
  readonly alias: string;
  readonly registration: Registration;
  /** The number of its entry in the register. */
  readonly registerNumber: string | undefined;
  readonly enabled: boolean;
}

interface AliasRow {
  entity_id: EntityId;
  alias: string;
  registration: Registration;
  register_number: string | null;
  enabled: boolean;
}

const COLUMNS = "entity_id, alias, registration, register_number, enabled";

function toAlias(row: AliasRow): Alias {
  return {
    entityId: row.entity_id,
    alias: row.alias,
    registration: row.registration,
    registerNumber: row.register_number ?? undefined,
    enabled: row.enabled,
  };
}

/** Adds an alias, or writes what an administrator has changed about it. */
export async function saveAlias(db: Connection, alias: Alias, now: Date): Promise<void> {
  await db.query(
    `insert into aliases (${COLUMNS}, created_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (entity_id, alias) do update set registration = excluded.registration,
       register_number = excluded.register_number, enabled = excluded.enabled`,
    [alias.entityId, alias.alias, alias.registration, alias.registerNumber, alias.enabled, now],
  );
}

/** Case counts: phones show an alias as it is written. */
export async function findAlias(
  db: Connection,
  entityId: EntityId,
  alias: string,
): Promise<Alias | undefined> {
  const { rows } = await db.query<AliasRow>(
    `select ${COLUMNS} from aliases where entity_id = $1 and alias = $2`,
    [entityId, alias],
  );
  return rows[0] && toAlias(rows[0]);
}

export async function listAliases(
  db: Connection,
  entityId: EntityId | undefined,
): Promise<(Alias & { readonly nif: string })[]> {
  const { rows } = await db.query<AliasRow & { nif: string }>(
    `select a.entity_id, a.alias, a.registration, a.register_number, a.enabled, e.nif
     from aliases a join entities e using (entity_id)
     where $1::uuid is null or a.entity_id = $1 order by e.nif, a.alias`,
    [entityId],
  );
  return rows.map((row) => ({ ...toAlias(row), nif: row.nif }));
}
