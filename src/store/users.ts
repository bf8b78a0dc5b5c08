import type { Caller, User } from "../domain/entity.ts";
import type { UserId } from "../domain/ids.ts";
import { ENTITY_COLUMNS, toEntity, type EntityRow } from "./entities.ts";
import type { Connection } from "./database.ts";

/** What the door needs to prove who calls. */
export interface Credential {
  readonly caller: Caller;
  readonly scrypt: string;
  /** Present when the user may use PasswordDigest, which needs the secret itself. */
  readonly encrypted: Buffer | undefined;
  /** What the entity accepts; everything but SHA-1 when it says nothing. */
  readonly policy?: AuthenticationPolicy | undefined;
}

/** The ways to say who calls. */
export type Authentication = "passwordText" | "passwordDigest" | "x509";

interface AuthenticationPolicy {
  readonly accepts: readonly Authentication[];
  /** Signatures and digests with SHA-1, for callers who cannot do better yet. */
  readonly sha1: boolean;
}

interface UserRow extends EntityRow {
  user_id: UserId;
  username: string;
  user_enabled: boolean;
  user_certificates_enabled: boolean;
  secret_scrypt: string;
  secret_encrypted: Buffer | null;
  accepted_authentication: Authentication[];
  sha1_accepted: boolean;
}

const SELECT_USERS = `select u.user_id, u.username, u.enabled as user_enabled,
    u.certificates_enabled as user_certificates_enabled, u.secret_scrypt, u.secret_encrypted,
    e.accepted_authentication, e.sha1_accepted, ${ENTITY_COLUMNS}
  from users u join entities e using (entity_id)`;

function toCaller(row: UserRow): Caller {
  const entity = toEntity(row);
  return {
    entity,
    user: {
      userId: row.user_id,
      entityId: entity.entityId,
      username: row.username,
      enabled: row.user_enabled,
      certificatesEnabled: row.user_certificates_enabled,
    },
  };
}

export async function insertUser(
  db: Connection,
  user: User,
  secret: { readonly scrypt: string; readonly encrypted: Buffer | undefined },
  now: Date,
): Promise<void> {
  await db.query(
    `insert into users (user_id, entity_id, username, enabled, certificates_enabled,
       secret_scrypt, secret_encrypted, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      user.userId,
      user.entityId,
      user.username.toLowerCase(),
      user.enabled,
      user.certificatesEnabled,
      secret.scrypt,
      secret.encrypted,
      now,
    ],
  );
}

export async function findCredential(
  db: Connection,
  username: string,
): Promise<Credential | undefined> {
  const { rows } = await db.query<UserRow>(`${SELECT_USERS} where u.username = lower($1)`, [
    username,
  ]);
  return rows[0] && toCredential(rows[0]);
}

/** The user for whom an X.509 certificate stands, by its SHA-256 in hexadecimal. */
export async function findCredentialByCertificate(
  db: Connection,
  fingerprint: string,
): Promise<Credential | undefined> {
  const { rows } = await db.query<UserRow>(
    `${SELECT_USERS} join user_certificates c using (user_id) where c.fingerprint = $1`,
    [fingerprint],
  );
  return rows[0] && toCredential(rows[0]);
}

function toCredential(row: UserRow): Credential {
  return {
    caller: toCaller(row),
    scrypt: row.secret_scrypt,
    encrypted: row.secret_encrypted ?? undefined,
    policy: { accepts: row.accepted_authentication, sha1: row.sha1_accepted },
  };
}

/** Lets an X.509 certificate stand for a user. */
export async function registerCertificate(
  db: Connection,
  certificate: {
    readonly fingerprint: string;
    readonly userId: UserId;
    readonly subject: string;
    readonly notAfter: Date;
  },
  now: Date,
): Promise<void> {
  await db.query(
    `insert into user_certificates (fingerprint, user_id, subject, not_after, registered_at)
     values ($1, $2, $3, $4, $5)`,
    [certificate.fingerprint, certificate.userId, certificate.subject, certificate.notAfter, now],
  );
}

export async function listUsers(db: Connection): Promise<Caller[]> {
  const { rows } = await db.query<UserRow>(`${SELECT_USERS} order by e.name, u.username`);
  return rows.map(toCaller);
}

/** Grants or withdraws; it takes effect with the next call, on every replica. */
export async function setUserPermissions(
  db: Connection,
  username: string,
  permissions: { readonly enabled: boolean; readonly certificatesEnabled: boolean },
): Promise<boolean> {
  const { rowCount } = await db.query(
    "update users set enabled = $2, certificates_enabled = $3 where username = lower($1)",
    [username, permissions.enabled, permissions.certificatesEnabled],
  );
  return rowCount === 1;
}

/** Remembers a nonce for its window; false when it was used before, on whichever replica. */
export async function rememberNonce(
  db: Connection,
  used: { readonly username: string; readonly nonce: string; readonly expiresAt: Date },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into used_nonces (username, nonce, expires_at) values (lower($1), $2, $3)
     on conflict do nothing`,
    [used.username, used.nonce, used.expiresAt],
  );
  return rowCount === 1;
}

export async function forgetNonces(db: Connection, now: Date): Promise<void> {
  await db.query("delete from used_nonces where expires_at < $1", [now]);
}

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

/** The user of an id with its entity, whatever their present permissions. */
export async function findCallerById(db: Connection, userId: UserId): Promise<Caller | undefined> {
  const { rows } = await db.query<UserRow>(`${SELECT_USERS} where u.user_id = $1`, [userId]);
  return rows[0] && toCaller(rows[0]);
}
