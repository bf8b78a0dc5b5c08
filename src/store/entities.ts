import type { Entity } from "../domain/entity.ts";
import type { EntityId } from "../domain/ids.ts";
import type { Connection } from "./database.ts";

export interface EntityRow {
  entity_id: EntityId;
  name: string;
  nif: string;
  dir3: string | null;
  entity_enabled: boolean;
  entity_certificates_enabled: boolean;
}

export const ENTITY_COLUMNS = `e.entity_id, e.name, e.nif, e.dir3, e.enabled as entity_enabled,
  e.certificates_enabled as entity_certificates_enabled`;

export function toEntity(row: EntityRow): Entity {
  return {
    entityId: row.entity_id,
    name: row.name,
    nif: row.nif,
    dir3: row.dir3 ?? undefined,
    enabled: row.entity_enabled,
    certificatesEnabled: row.entity_certificates_enabled,
  };
}

export async function insertEntity(db: Connection, entity: Entity, now: Date): Promise<void> {
  await db.query(
    `insert into entities (entity_id, name, nif, dir3, enabled, certificates_enabled, created_at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      entity.entityId,
      entity.name,
      entity.nif,
      entity.dir3,
      entity.enabled,
      entity.certificatesEnabled,
      now,
    ],
  );
}

export async function findEntityByNif(db: Connection, nif: string): Promise<Entity | undefined> {
  const { rows } = await db.query<EntityRow>(
    `select ${ENTITY_COLUMNS} from entities e where e.nif = $1 order by e.entity_id limit 1`,
    [nif],
  );
  return rows[0] && toEntity(rows[0]);
}

export async function listEntities(db: Connection): Promise<Entity[]> {
  const { rows } = await db.query<EntityRow>(
    `select ${ENTITY_COLUMNS} from entities e order by e.name`,
  );
  return rows.map(toEntity);
}

/** Grants or withdraws; it takes effect with the next call, on every replica. */
export async function setEntityPermissions(
  db: Connection,
  nif: string,
  permissions: { readonly enabled: boolean; readonly certificatesEnabled: boolean },
): Promise<boolean> {
  const { rowCount } = await db.query(
    "update entities set enabled = $2, certificates_enabled = $3 where nif = $1",
    [nif, permissions.enabled, permissions.certificatesEnabled],
  );
  return rowCount === 1;
}

/** What the callers of an entity may use to say who they are; it takes effect with the next call. */
export async function setAuthenticationPolicy(
  db: Connection,
  nif: string,
  policy: { readonly accepts: readonly string[]; readonly sha1: boolean },
): Promise<boolean> {
  const { rowCount } = await db.query(
    "update entities set accepted_authentication = $2, sha1_accepted = $3 where nif = $1",
    [nif, policy.accepts, policy.sha1],
  );
  return rowCount === 1;
}
