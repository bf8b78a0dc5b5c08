import type { Connection } from "../connection/database.ts";

/** Whether messages may be handed to an operator: they may unless a person has stopped it. */
export async function isOperatorEnabled(db: Connection, operator: string): Promise<boolean> {
  const { rowCount } = await db.query("select from operators where operator = $1 and not enabled", [
    operator,
  ]);
  return rowCount === 0;
}

/** It takes effect with the next look for work, on every replica. */
export async function setOperator(
  db: Connection,
  operator: string,
  enabled: boolean,
  now: Date,
): Promise<void> {
  await db.query(
    `insert into operators (operator, enabled, changed_at) values ($1, $2, $3)
     on conflict (operator) do update set enabled = excluded.enabled, changed_at = excluded.changed_at`,
    [operator, enabled, now],
  );
}

export async function listOperators(
  db: Connection,
): Promise<{ readonly operator: string; readonly enabled: boolean; readonly changedAt: Date }[]> {
  const { rows } = await db.query<{ operator: string; enabled: boolean; changed_at: Date }>(
    "select operator, enabled, changed_at from operators order by operator",
  );
  return rows.map((row) => ({
    operator: row.operator,
    enabled: row.enabled,
    changedAt: row.changed_at,
  }));
}
