import type { Caller, Permission, User } from "../../domain/entity.ts";
import type { UserId } from "../../domain/ids.ts";
import { ENTITY_COLUMNS, toEntity, type EntityRow } from "./entities.ts";
import { instants, texts } from "../connection/columns.ts";
import type { Connection } from "../connection/database.ts";

/** What the door needs to prove who calls. */
export interface Credential {
  readonly caller: Caller;
  readonly scrypt: string;
  /** Present when the user may use PasswordDigest, which needs the secret itself. */
  readonly encrypted: Buffer | undefined;
  /** What the entity accepts; everything but SHA-1 when it says nothing. */
  readonly policy?: AuthenticationPolicy | undefined;
}

type UserKind = "person" | "application";

/** What is known of a user beyond what decides about calls. */
export interface UserProfile {
  readonly fullName: string | undefined;
  readonly kind: UserKind;
}

/** What the Timestamp of a signed message has to be: covered by the signature, there, or neither. */
export const TIMESTAMP_DEMANDS = ["signed", "unsigned", "optional"] as const;
export type TimestampDemand = (typeof TIMESTAMP_DEMANDS)[number];

/** The ways to say who calls. */
export type Authentication = "passwordText" | "passwordDigest" | "x509" | "clientCertificate";

interface AuthenticationPolicy {
  readonly accepts: readonly Authentication[];
  /** Signatures and digests with SHA-1, for callers who cannot do better yet. */
  readonly sha1: boolean;
  /** Answers to its callers are signed. */
  readonly signsResponses?: boolean;
  /** At the doors that leave it to the entity; "signed" when it says nothing. */
  readonly timestamp?: TimestampDemand;
}

interface UserRow extends EntityRow {
  user_id: UserId;
  username: string;
  user_enabled: boolean;
  full_name: string | null;
  kind: UserKind;
  permissions: Permission[];
  valid_from: Date | null;
  valid_until: Date | null;
  secret_scrypt: string;
  secret_encrypted: Buffer | null;
  accepted_authentication: Authentication[];
  sha1_accepted: boolean;
  responses_signed: boolean;
  bus_timestamp: TimestampDemand;
}

const SELECT_USERS = `select u.user_id, u.username, u.enabled as user_enabled,
    u.full_name, u.kind, u.permissions, u.valid_from, u.valid_until, u.secret_scrypt,
    u.secret_encrypted,
    e.accepted_authentication, e.sha1_accepted, e.responses_signed, e.bus_timestamp, ${ENTITY_COLUMNS}
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
      permissions: row.permissions,
      validFrom: row.valid_from ?? undefined,
      validUntil: row.valid_until ?? undefined,
    },
  };
}

interface HashedSecret {
  readonly scrypt: string;
  readonly encrypted: Buffer | undefined;
}

export async function insertUser(
  db: Connection,
  user: User & Partial<UserProfile>,
  secret: HashedSecret,
  now: Date,
): Promise<void> {
  await db.query(
    `insert into users (user_id, entity_id, username, enabled, permissions, full_name, kind,
       valid_from, valid_until, secret_scrypt, secret_encrypted, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      user.userId,
      user.entityId,
      user.username.toLowerCase(),
      user.enabled,
      user.permissions,
      user.fullName,
      user.kind ?? "application",
      user.validFrom,
      user.validUntil,
      secret.scrypt,
      secret.encrypted,
      now,
    ],
  );
}

/** Writes what an administrator has changed; it takes effect with the next call, on every replica. */
export async function updateUser(db: Connection, user: User & UserProfile): Promise<void> {
  await db.query(
    `update users set enabled = $2, permissions = $3, full_name = $4, kind = $5, valid_from = $6,
       valid_until = $7
     where user_id = $1`,
    [
      user.userId,
      user.enabled,
      user.permissions,
      user.fullName,
      user.kind,
      user.validFrom,
      user.validUntil,
    ],
  );
}

/** A new secret; the old one is refused from the next call on. */
export async function setSecret(
  db: Connection,
  userId: UserId,
  secret: HashedSecret,
): Promise<void> {
  await db.query("update users set secret_scrypt = $2, secret_encrypted = $3 where user_id = $1", [
    userId,
    secret.scrypt,
    secret.encrypted,
  ]);
}

export async function findCredential(
  db: Connection,
  username: string,
): Promise<Credential | undefined> {
  const [credential] = await findCredentials(db, [username]);
  return credential;
}

/** The credentials of users, in the order of their names; undefined where there is no such user. */
export async function findCredentials(
  db: Connection,
  usernames: readonly string[],
): Promise<(Credential | undefined)[]> {
  const distinct = [...new Set(usernames)];
  const { rows } = await db.query<UserRow & { asked: string }>({
    name: "credentials",
    text: `select asked.asked, found.* from unnest($1::text[]) as asked (asked)
     join (${SELECT_USERS}) found on found.username = lower(asked.asked)`,
    values: [texts(distinct)],
  });
  const found = new Map(rows.map((row) => [row.asked, toCredential(row)]));
  return usernames.map((username) => found.get(username));
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
    policy: {
      accepts: row.accepted_authentication,
      sha1: row.sha1_accepted,
      signsResponses: row.responses_signed,
      timestamp: row.bus_timestamp,
    },
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

/** Users with their profiles: of one entity or of all, or the one of a name. */
export async function listUsers(
  db: Connection,
  { nif, username }: { readonly nif?: string | undefined; readonly username?: string } = {},
): Promise<(Caller & { readonly user: User & UserProfile })[]> {
  const { rows } = await db.query<UserRow>(
    `${SELECT_USERS} where ($1::text is null or e.nif = $1) and ($2::text is null or u.username = lower($2))
     order by e.name, u.username`,
    [nif, username],
  );
  return rows.map((row) => {
    const { entity, user } = toCaller(row);
    return { entity, user: { ...user, fullName: row.full_name ?? undefined, kind: row.kind } };
  });
}

/** A nonce of a user; it is not to be used again before it expires. */
export interface UsedNonce {
  readonly username: string;
  readonly nonce: string;
  readonly expiresAt: Date;
}

/** Remembers nonces for their window; false for each that was used before, on whichever replica. */
export async function rememberNonces(
  db: Connection,
  used: readonly UsedNonce[],
): Promise<boolean[]> {
  const { rows } = await db.query<{ username: string; nonce: string }>({
    name: "nonces",
    text: `insert into used_nonces (username, nonce, expires_at)
     select lower(username), nonce, expires_at
     from unnest($1::text[], $2::text[], $3::timestamptz[]) as used (username, nonce, expires_at)
     order by 1, 2 on conflict do nothing returning username, nonce`,
    values: [
      texts(used.map(({ username }) => username)),
      texts(used.map(({ nonce }) => nonce)),
      instants(used.map(({ expiresAt }) => expiresAt)),
    ],
  });
  const fresh = new Set(rows.map(({ username, nonce }) => `${username}\n${nonce}`));
  // Of two equal ones in this batch only the first is new.
  return used.map(({ username, nonce }) => fresh.delete(`${username.toLowerCase()}\n${nonce}`));
}

export async function forgetNonces(db: Connection, now: Date): Promise<void> {
  await db.query("delete from used_nonces where expires_at < $1", [now]);
}

/** The user of an id with its entity, whatever their present permissions. */
export async function findCallerById(db: Connection, userId: UserId): Promise<Caller | undefined> {
  const { rows } = await db.query<UserRow>(`${SELECT_USERS} where u.user_id = $1`, [userId]);
  return rows[0] && toCaller(rows[0]);
}
