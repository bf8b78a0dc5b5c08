import type { Caller, Entity } from "../../domain/entity.ts";
import type { EntityId, UserId } from "../../domain/ids.ts";
import type { Connection } from "../connection/database.ts";
import { ENTITY_COLUMNS, toEntity, type EntityRow } from "./entities.ts";
import { findCallerById, type TimestampDemand } from "./users.ts";

/** What may say which user of a body it is that calls through the bus. */
export const BUS_USER_SOURCES = ["usernameToken", "signature", "connection", "officer"] as const;
export type BusUserSource = (typeof BUS_USER_SOURCES)[number];

/** A body as the bus names it, and whose word about its users it takes. */
export interface Requester {
  readonly entity: Entity;
  readonly userBy: readonly BusUserSource[];
}

/** The body behind a code (INE10 without leading zeros, or DIR3). */
export async function findRequester(db: Connection, code: string): Promise<Requester | undefined> {
  const { rows } = await db.query<EntityRow & { bus_user_by: BusUserSource[] }>(
    `select ${ENTITY_COLUMNS}, e.bus_user_by from entities e
     where e.entity_id = (
       select entity_id from entity_codes where code = $1
       union all (select entity_id from entities where dir3 = $1 order by entity_id) limit 1)`,
    [code],
  );
  return rows[0] && { entity: toEntity(rows[0]), userBy: rows[0].bus_user_by };
}

/** The user of a body who is the officer of this NIF. */
export async function findOfficer(
  db: Connection,
  entityId: EntityId,
  nif: string,
): Promise<Caller | undefined> {
  const { rows } = await db.query<{ user_id: UserId }>(
    "select user_id from users where entity_id = $1 and nif = upper($2)",
    [entityId, nif],
  );
  return rows[0] && findCallerById(db, rows[0].user_id);
}

/** Whether a user is the bus itself, which may call for other bodies. */
export async function isBusUser(db: Connection, userId: UserId): Promise<boolean> {
  const { rowCount } = await db.query("select from users where user_id = $1 and is_bus", [userId]);
  return rowCount === 1;
}

/** The codes of a body, as they are compared, by its NIF. */
export async function listCodes(db: Connection): Promise<Map<string, string[]>> {
  const { rows } = await db.query<{ nif: string; codes: string[] }>(
    `select e.nif, array_agg(c.code order by c.code) as codes
     from entity_codes c join entities e using (entity_id) group by e.nif`,
  );
  return new Map(rows.map(({ nif, codes }) => [nif, codes]));
}

/** Puts codes in the place of those a body had; a code of another body is refused by its key. */
export async function replaceCodes(
  db: Connection,
  entityId: EntityId,
  codes: readonly string[],
): Promise<void> {
  await db.query("delete from entity_codes where entity_id = $1 and code <> all($2::text[])", [
    entityId,
    codes,
  ]);
  await db.query(
    `insert into entity_codes (code, entity_id) select code, $1 from unnest($2::text[]) as new (code)
     where not exists (select from entity_codes c where c.code = new.code and c.entity_id = $1)`,
    [entityId, codes],
  );
}

/** The other body that has one of these codes. */
export async function findCodeHolder(
  db: Connection,
  entityId: EntityId,
  codes: readonly string[],
): Promise<string | undefined> {
  const { rows } = await db.query<{ nif: string }>(
    `select e.nif from entity_codes c join entities e using (entity_id)
     where c.code = any($2::text[]) and c.entity_id <> $1 limit 1`,
    [entityId, codes],
  );
  return rows[0]?.nif;
}

/** How the callers of a body prove who they are at the doors of the bus. */
export interface BusPolicy {
  readonly userBy: readonly BusUserSource[];
  readonly timestamp: TimestampDemand;
}

export async function readBusPolicy(db: Connection, entityId: EntityId): Promise<BusPolicy> {
  const { rows } = await db.query<{ bus_user_by: BusUserSource[]; bus_timestamp: TimestampDemand }>(
    "select bus_user_by, bus_timestamp from entities where entity_id = $1",
    [entityId],
  );
  const [row] = rows;
  if (!row) throw new Error(`there is no entity ${entityId}`);
  return { userBy: row.bus_user_by, timestamp: row.bus_timestamp };
}

/** What is undefined stays as it is; it takes effect with the next call. */
export async function setBusPolicy(
  db: Connection,
  entityId: EntityId,
  { userBy, timestamp }: { readonly [Name in keyof BusPolicy]?: BusPolicy[Name] | undefined },
): Promise<void> {
  await db.query(
    `update entities set bus_user_by = coalesce($2, bus_user_by),
       bus_timestamp = coalesce($3, bus_timestamp)
     where entity_id = $1`,
    [entityId, userBy, timestamp],
  );
}

/** Who a user is for the bus; what is undefined stays as it is. */
export async function setBusIdentity(
  db: Connection,
  username: string,
  identity: { readonly nif: string | undefined; readonly isBus: boolean | undefined },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update users set nif = coalesce($2, nif), is_bus = coalesce($3, is_bus)
     where username = lower($1)`,
    [username, identity.nif, identity.isBus],
  );
  return rowCount === 1;
}
