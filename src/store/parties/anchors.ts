import type { EntityId, UserId } from "../../domain/ids.ts";
import type { Connection } from "../connection/database.ts";

/** A name in a certificate by which a user is known. */
export interface SubjectName {
  /** The whole subject in one line, or a NIF in it. */
  readonly kind: "subject" | "nif";
  readonly value: string;
}

/** An authority under which an entity takes certificates. */
export interface Anchor {
  /** SHA-256 of the certificate, in hexadecimal. */
  readonly fingerprint: string;
  /** In DER. */
  readonly certificate: Buffer;
  readonly subject: string;
  readonly notAfter: Date;
}

/** A user whom a name in a certificate may stand for, and the authorities whose word counts, in DER. */
export interface Anchored {
  readonly username: string;
  readonly anchors: readonly Buffer[];
}

/** False when the entity trusts it already. */
export async function insertAnchor(
  db: Connection,
  entityId: EntityId,
  anchor: Anchor,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into entity_anchors (entity_id, fingerprint, certificate, subject, not_after, registered_at)
     values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
    [entityId, anchor.fingerprint, anchor.certificate, anchor.subject, anchor.notAfter, now],
  );
  return rowCount === 1;
}

/** False when the entity did not trust it. */
export async function deleteAnchor(
  db: Connection,
  entityId: EntityId,
  fingerprint: string,
): Promise<boolean> {
  const { rowCount } = await db.query(
    "delete from entity_anchors where entity_id = $1 and fingerprint = $2",
    [entityId, fingerprint],
  );
  return rowCount === 1;
}

interface AnchorRow {
  fingerprint: string;
  certificate: Buffer;
  subject: string;
  not_after: Date;
}

export async function listAnchors(db: Connection, entityId: EntityId): Promise<Anchor[]> {
  const { rows } = await db.query<AnchorRow>(
    `select fingerprint, certificate, subject, not_after from entity_anchors
     where entity_id = $1 order by registered_at, fingerprint`,
    [entityId],
  );
  return rows.map(({ fingerprint, certificate, subject, not_after }) => ({
    fingerprint,
    certificate,
    subject,
    notAfter: not_after,
  }));
}

/** False when the name stands for a user already: one name, one user, whatever the entity. */
export async function insertSubject(
  db: Connection,
  userId: UserId,
  { kind, value }: SubjectName,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into user_subjects (kind, value, user_id, registered_at) values ($1, $2, $3, $4)
     on conflict do nothing`,
    [kind, value, userId, now],
  );
  return rowCount === 1;
}

/** False when the name did not stand for the user. */
export async function deleteSubject(
  db: Connection,
  userId: UserId,
  { kind, value }: SubjectName,
): Promise<boolean> {
  const { rowCount } = await db.query(
    "delete from user_subjects where user_id = $1 and kind = $2 and value = $3",
    [userId, kind, value],
  );
  return rowCount === 1;
}

/** The names in certificates that stand for the users of an entity. */
export async function listSubjects(
  db: Connection,
  entityId: EntityId,
): Promise<(SubjectName & { readonly username: string })[]> {
  const { rows } = await db.query<SubjectName & { username: string }>(
    `select s.kind, s.value, u.username from user_subjects s join users u using (user_id)
     where u.entity_id = $1 order by u.username, s.kind, s.value`,
    [entityId],
  );
  return rows;
}

/**
 * The user for whom the first of these names stands, with the authorities of the entity; undefined when
 * there is none, or when the entity trusts no authority.
 */
export async function findSubject(
  db: Connection,
  names: readonly SubjectName[],
): Promise<Anchored | undefined> {
  const { rows } = await db.query<{ username: string; anchors: Buffer[] }>(
    `select u.username, array_agg(a.certificate) as anchors
     from unnest($1::text[], $2::text[]) with ordinality as named (kind, value, place)
       join user_subjects s using (kind, value)
       join users u using (user_id)
       join entity_anchors a using (entity_id)
     group by named.place, u.username order by named.place limit 1`,
    [names.map(({ kind }) => kind), names.map(({ value }) => value)],
  );
  return rows[0];
}
