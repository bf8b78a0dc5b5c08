import type { EntityId } from "../../domain/ids.ts";
import type { Logo } from "../../domain/logo.ts";
import type { Connection } from "../connection/database.ts";

/** Registers the logo of an entity, in place of the one before; certificates carry it from now on. */
export async function saveLogo(
  db: Connection,
  entityId: EntityId,
  logo: Logo,
  now: Date,
): Promise<void> {
  await db.query(
    `insert into entity_logos (entity_id, width, height, colour, samples, description, registered_at)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (entity_id) do update set width = excluded.width, height = excluded.height,
       colour = excluded.colour, samples = excluded.samples, description = excluded.description,
       registered_at = excluded.registered_at`,
    [entityId, logo.width, logo.height, logo.colour, logo.samples, logo.description, now],
  );
}

/** Answers whether there was one. */
export async function removeLogo(db: Connection, entityId: EntityId): Promise<boolean> {
  const { rowCount } = await db.query("delete from entity_logos where entity_id = $1", [entityId]);
  return rowCount === 1;
}

export async function readLogo(db: Connection, entityId: EntityId): Promise<Logo | undefined> {
  const { rows } = await db.query<Logo>(
    "select width, height, colour, samples, description from entity_logos where entity_id = $1",
    [entityId],
  );
  return rows[0];
}
