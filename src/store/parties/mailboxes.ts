import type { UserId } from "../../domain/ids.ts";
import type { Connection } from "../connection/database.ts";

/** How long the link of a confirmation is valid. */
const CONFIRMATION_DAYS = 7;

/**
 * Authorises a mailbox for a user. It receives nothing before it is confirmed: by the link that is
 * mailed to it, or at once when somebody has confirmed it in another way.
 *
 * @param confirmation the token of the link; `confirmed` when none is needed
 */
export async function authoriseMailbox(
  db: Connection,
  userId: UserId,
  address: string,
  now: Date,
  confirmation: { readonly token: string } | "confirmed",
): Promise<void> {
  const token = confirmation === "confirmed" ? null : confirmation.token;
  await db.query(
    `insert into mailboxes (user_id, address, authorised_at, confirmed_at, confirmation_token,
       confirmation_due_at)
     values ($1, lower($2), $3::timestamptz, case when $4::text is null then $3::timestamptz end, $4,
       case when $4::text is not null then $3::timestamptz end)
     on conflict (user_id, address) do update set authorised_at = excluded.authorised_at,
       confirmed_at = excluded.confirmed_at, confirmation_token = excluded.confirmation_token,
       confirmation_due_at = excluded.confirmation_due_at, confirmation_attempts = 0,
       bounced_at = null, bounce_reason = null`,
    [userId, address, now, token],
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

interface ListedMailbox {
  readonly username: string;
  readonly address: string;
  readonly authorisedAt: Date;
  readonly confirmedAt: Date | undefined;
  readonly bouncedAt: Date | undefined;
  readonly bounceReason: string | undefined;
}

export async function listMailboxes(
  db: Connection,
  username: string | undefined,
): Promise<ListedMailbox[]> {
  const { rows } = await db.query<{
    username: string;
    address: string;
    authorised_at: Date;
    confirmed_at: Date | null;
    bounced_at: Date | null;
    bounce_reason: string | null;
  }>(
    `select u.username, m.address, m.authorised_at, m.confirmed_at, m.bounced_at, m.bounce_reason
     from mailboxes m join users u using (user_id)
     where $1::text is null or u.username = lower($1) order by u.username, m.address`,
    [username],
  );
  return rows.map((row) => ({
    username: row.username,
    address: row.address,
    authorisedAt: row.authorised_at,
    confirmedAt: row.confirmed_at ?? undefined,
    bouncedAt: row.bounced_at ?? undefined,
    bounceReason: row.bounce_reason ?? undefined,
  }));
}

/** Whether certificates of a user may go to an address: authorised, confirmed, and it takes mail. */
export async function isMailboxAuthorised(
  db: Connection,
  userId: UserId,
  address: string,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `select from mailboxes where user_id = $1 and address = lower($2)
       and confirmed_at is not null and bounced_at is null`,
    [userId, address],
  );
  return rowCount === 1;
}

/** A mailbox to which the mail with the link is to be sent. */
export interface DueConfirmation {
  readonly userId: UserId;
  readonly address: string;
  readonly token: string;
  readonly validUntil: Date;
  readonly attempts: number;
}

/** Takes up confirmations that are due; who takes them has until the end of the lease. */
export async function claimConfirmations(
  db: Connection,
  now: Date,
  leaseUntil: Date,
): Promise<DueConfirmation[]> {
  const { rows } = await db.query<{
    user_id: UserId;
    address: string;
    confirmation_token: string;
    valid_until: Date;
    confirmation_attempts: number;
  }>(
    `update mailboxes m set confirmation_due_at = $2, confirmation_attempts = confirmation_attempts + 1
     from (select user_id, address from mailboxes where confirmation_due_at <= $1
           order by confirmation_due_at limit 20 for update skip locked) due
     where m.user_id = due.user_id and m.address = due.address
     returning m.user_id, m.address, m.confirmation_token, m.confirmation_attempts,
       m.authorised_at + make_interval(days => $3) as valid_until`,
    [now, leaseUntil, CONFIRMATION_DAYS],
  );
  return rows.map((row) => ({
    userId: row.user_id,
    address: row.address,
    token: row.confirmation_token,
    validUntil: row.valid_until,
    attempts: row.confirmation_attempts,
  }));
}

/** @param dueAt when to try again; undefined: the mail is out, or will never be */
export async function putOffConfirmation(
  db: Connection,
  { userId, address }: DueConfirmation,
  dueAt: Date | undefined,
): Promise<void> {
  await db.query(
    `update mailboxes set confirmation_due_at = $3
     where user_id = $1 and address = $2 and confirmed_at is null`,
    [userId, address, dueAt],
  );
}

/** The address that a token is about, while it may still be confirmed. */
export async function findUnconfirmed(
  db: Connection,
  token: string,
  now: Date,
): Promise<{ readonly userId: UserId; readonly address: string } | undefined> {
  const { rows } = await db.query<{ user_id: UserId; address: string }>(
    `select user_id, address from mailboxes where confirmation_token = $1
       and authorised_at + make_interval(days => $3) > $2`,
    [token, now, CONFIRMATION_DAYS],
  );
  return rows[0] && { userId: rows[0].user_id, address: rows[0].address };
}

/** False when the token is unknown, used or too old. */
export async function confirmMailbox(db: Connection, token: string, now: Date): Promise<boolean> {
  const { rowCount } = await db.query(
    `update mailboxes set confirmed_at = $2, confirmation_token = null, confirmation_due_at = null
     where confirmation_token = $1 and authorised_at + make_interval(days => $3) > $2`,
    [token, now, CONFIRMATION_DAYS],
  );
  return rowCount === 1;
}

/** A mail came back, or was refused for good: whoever authorised the mailbox has to look after it. */
export async function markBounced(
  db: Connection,
  address: string,
  now: Date,
  reason: string,
): Promise<number> {
  const { rowCount } = await db.query(
    `update mailboxes set bounced_at = $2, bounce_reason = $3, confirmation_due_at = null
     where address = lower($1) and bounced_at is null`,
    [address, now, reason.slice(0, 500)],
  );
  return rowCount ?? 0;
}

/** The tokens that were mailed to an address and not used yet. */
export async function listMailboxTokens(db: Connection, address: string): Promise<string[]> {
  const { rows } = await db.query<{ token: string }>(
    `select confirmation_token as token from mailboxes
     where address = lower($1) and confirmation_token is not null`,
    [address],
  );
  return rows.map(({ token }) => token);
}
