import type { UserId } from "../domain/ids.ts";
import type { Connection } from "./database.ts";

export async function authoriseMailbox(
  db: Connection,
  userId: UserId,
  address: string,
  now: Date,
): Promise<void> {
  await db.query(
    `insert into mailboxes (user_id, address, authorised_at) values ($1, lower($2), $3)
     on conflict do nothing`,
    [userId, address, now],
  );
}

/** Withdraws; false when it was not authorised. */
export async function removeMailbox(
  db: Connection,
  userId: UserId,
  address: string,
): Promise<boolean> {
  const { rowCount } = await db.query(
    "delete from mailboxes where user_id = $1 and address = lower($2)",
    [userId, address],
  );
  return rowCount === 1;
}

export async function listMailboxes(
  db: Connection,
  username: string | undefined,
): Promise<{ readonly username: string; readonly address: string; readonly authorisedAt: Date }[]> {
  const { rows } = await db.query<{ username: string; address: string; authorised_at: Date }>(
    `select u.username, m.address, m.authorised_at from mailboxes m join users u using (user_id)
     where $1::text is null or u.username = lower($1) order by u.username, m.address`,
    [username],
  );
  return rows.map(({ username: name, address, authorised_at }) => ({
    username: name,
    address,
    authorisedAt: authorised_at,
  }));
}

export async function isMailboxAuthorised(
  db: Connection,
  userId: UserId,
  address: string,
): Promise<boolean> {
  const { rowCount } = await db.query(
    "select from mailboxes where user_id = $1 and address = lower($2)",
    [userId, address],
  );
  return rowCount === 1;
}
