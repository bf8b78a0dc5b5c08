import type { EntityId } from "../../domain/ids.ts";
import type { Connection } from "../connection/database.ts";

export type GrantSubject =
  "entity" | "user" | "mailbox" | "alias" | "operator" | "tariff" | "callback";

/** One grant or revocation, as it was made. */
export interface Grant {
  readonly at: Date;
  /** Of the entity that it concerns; undefined for what concerns all. */
  readonly entityId: EntityId | undefined;
  readonly subject: GrantSubject;
  /** NIF of the entity, name of the user, address of the mailbox … */
  readonly name: string;
  readonly action: string;
  /** What it changed, member by member; never a secret. */
  readonly change: Readonly<Record<string, unknown>>;
  readonly grantedBy: string;
  /** Number of the ticket of the service desk. */
  readonly ticket: string | undefined;
}

/** Goes into the transaction of what it records. */
export async function insertGrant(db: Connection, grantId: string, grant: Grant): Promise<void> {
  await db.query(
    `insert into grants
       (grant_id, at, entity_id, subject, subject_name, action, change, granted_by, ticket)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      grantId,
      grant.at,
      grant.entityId,
      grant.subject,
      grant.name,
      grant.action,
      grant.change,
      grant.grantedBy,
      grant.ticket,
    ],
  );
}

interface GrantRow {
  at: Date;
  entity_id: EntityId | null;
  subject: GrantSubject;
  subject_name: string;
  action: string;
  change: Record<string, unknown>;
  granted_by: string;
  ticket: string | null;
}

/** Grants from the newest on; of one entity, or of one subject. */
export async function readGrants(
  db: Connection,
  of: {
    readonly entityId?: EntityId | undefined;
    readonly subject?: GrantSubject | undefined;
    readonly name?: string | undefined;
    readonly limit: number;
  },
): Promise<Grant[]> {
  const { rows } = await db.query<GrantRow>(
    `select at, entity_id, subject, subject_name, action, change, granted_by, ticket from grants
     where ($1::uuid is null or entity_id = $1) and ($2::text is null or subject = $2)
       and ($3::text is null or subject_name = $3)
     order by grant_id desc limit $4`,
    [of.entityId, of.subject, of.name, of.limit],
  );
  return rows.map((row) => ({
    at: row.at,
    entityId: row.entity_id ?? undefined,
    subject: row.subject,
    name: row.subject_name,
    action: row.action,
    change: row.change,
    grantedBy: row.granted_by,
    ticket: row.ticket ?? undefined,
  }));
}
