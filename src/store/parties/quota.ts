import type { EntityId } from "../../domain/ids.ts";
import type { Connection } from "../connection/database.ts";

/** Whether an entity has had so many messages accepted since an instant; it counts no further. */
export async function hasAcceptedSince(
  db: Connection,
  entityId: EntityId,
  since: Date,
  count: number,
): Promise<boolean> {
  const { rows } = await db.query<{ reached: boolean }>(
    `select count(*) >= $3 as reached from (
       select from messages where entity_id = $1 and message_id >= uuidv7_floor($2) limit $3) as counted`,
    [entityId, since, count],
  );
  return rows[0]?.reached ?? false;
}
