import type { Entity } from "../../domain/entity.ts";
import type { EntityId } from "../../domain/ids.ts";
import type { Language } from "../../domain/words.ts";
import type { Connection } from "../connection/database.ts";

export interface EntityRow {
  entity_id: EntityId;
  name: string;
  nif: string;
  dir3: string | null;
  entity_enabled: boolean;
  entity_certificates_enabled: boolean;
  language: Language;
  default_cost_centre: string | null;
  daily_quota: number | null;
  monthly_quota: number | null;
  quiet_hours: boolean;
  calls_per_second: number | null;
}

export const ENTITY_COLUMNS = `e.entity_id, e.name, e.nif, e.dir3, e.enabled as entity_enabled,
  e.certificates_enabled as entity_certificates_enabled, e.language, e.default_cost_centre,
  e.daily_quota, e.monthly_quota, e.calls_per_second, e.quiet_hours`;

export function toEntity(row: EntityRow): Entity {
  return {
    entityId: row.entity_id,
    name: row.name,
    nif: row.nif,
    dir3: row.dir3 ?? undefined,
    enabled: row.entity_enabled,
    certificatesEnabled: row.entity_certificates_enabled,
    language: row.language,
    defaultCostCentre: row.default_cost_centre ?? undefined,
    quota:
      row.daily_quota === null && row.monthly_quota === null
        ? undefined
        : { daily: row.daily_quota ?? undefined, monthly: row.monthly_quota ?? undefined },
    callsPerSecond: row.calls_per_second ?? undefined,
    quietHours: row.quiet_hours,
  };
}

export async function insertEntity(db: Connection, entity: Entity, now: Date): Promise<void> {
  await db.query(
    `insert into entities (entity_id, name, nif, dir3, enabled, certificates_enabled, language,
       default_cost_centre, daily_quota, monthly_quota, calls_per_second, quiet_hours,
       created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      entity.entityId,
      entity.name,
      entity.nif,
      entity.dir3,
      entity.enabled,
      entity.certificatesEnabled,
      entity.language ?? "ca",
      entity.defaultCostCentre,
      entity.quota?.daily,
      entity.quota?.monthly,
      entity.callsPerSecond,
      entity.quietHours ?? false,
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

/** Writes what an administrator has changed; it takes effect with the next call, on every replica. */
export async function updateEntity(db: Connection, entity: Entity): Promise<void> {
  await db.query(
    `update entities set name = $2, dir3 = $3, enabled = $4, certificates_enabled = $5, language = $6,
       default_cost_centre = $7, daily_quota = $8, monthly_quota = $9,
       calls_per_second = $10, quiet_hours = $11
     where entity_id = $1`,
    [
      entity.entityId,
      entity.name,
      entity.dir3,
      entity.enabled,
      entity.certificatesEnabled,
      entity.language ?? "ca",
      entity.defaultCostCentre,
      entity.quota?.daily,
      entity.quota?.monthly,
      entity.callsPerSecond,
      entity.quietHours ?? false,
    ],
  );
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

/** What an entity's callers may use, and what they get, under the names that people see. */
export async function readCallerPolicy(
  db: Connection,
  entityId: EntityId,
): Promise<{ accepts: string[]; sha1: boolean; signedResponses: boolean } | undefined> {
  const { rows } = await db.query<{ accepts: string[]; sha1: boolean; signedResponses: boolean }>(
    `select accepted_authentication as accepts, sha1_accepted as sha1,
       responses_signed as "signedResponses"
     from entities where entity_id = $1`,
    [entityId],
  );
  return rows[0];
}

/** Whether answers to the callers of an entity are signed; it takes effect with the next call. */
export async function setResponsesSigned(
  db: Connection,
  entityId: EntityId,
  signed: boolean,
): Promise<void> {
  await db.query("update entities set responses_signed = $2 where entity_id = $1", [
    entityId,
    signed,
  ]);
}
