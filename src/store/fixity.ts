import type { MessageId } from "../domain/ids.ts";
import type { CertificateKind } from "../domain/outcome.ts";
import type { Connection } from "./connection/database.ts";

/** Why a file is not what was certified. */
export type FixityProblem = "missing" | "differs";

/** A certificate as the walk meets it. */
export interface WalkedCertificate {
  readonly messageId: MessageId;
  readonly kind: CertificateKind;
  readonly sha256: string;
  readonly bytes: number;
  /** Hash of the file in the row; undefined when the file is in the object store. */
  readonly rowSha256: string | undefined;
  readonly object: { readonly key: string; readonly version: string } | undefined;
}

/** How far the walk over all certificates is. */
export interface Walk {
  readonly beganAt: Date;
  readonly reached: { readonly messageId: string; readonly kind: string };
}

const BEFORE_ALL = "00000000-0000-0000-0000-000000000000";

/** The walk that has not ended, or a new one. */
export async function openWalk(db: Connection, now: Date): Promise<Walk> {
  await db.query(
    `insert into fixity_walks (began_at)
     select $1 where not exists (select from fixity_walks where ended_at is null)`,
    [now],
  );
  const { rows } = await db.query<{
    began_at: Date;
    reached_id: string | null;
    reached_kind: string | null;
  }>(
    `select began_at, reached_id, reached_kind from fixity_walks where ended_at is null
     order by began_at limit 1`,
  );
  const [row] = rows;
  return {
    beganAt: row?.began_at ?? now,
    reached: { messageId: row?.reached_id ?? BEFORE_ALL, kind: row?.reached_kind ?? "" },
  };
}

/** The id of the first certificate that is kept. */
export async function oldestCertificate(db: Connection): Promise<string | undefined> {
  const { rows } = await db.query<{ message_id: string }>(
    "select message_id from certificates order by message_id limit 1",
  );
  return rows[0]?.message_id;
}

/** The next certificates up to an instant inside their ids; those in rows are hashed by the database. */
export async function readWalked(
  db: Connection,
  after: Walk["reached"],
  until: Date,
  limit: number,
): Promise<WalkedCertificate[]> {
  const { rows } = await db.query<{
    message_id: MessageId;
    kind: CertificateKind;
    sha256: string;
    bytes: number;
    row_sha256: string | null;
    object_key: string | null;
    object_version: string | null;
  }>(
    `select message_id, kind, sha256, coalesce(octet_length(pdf), object_size) as bytes,
       encode(sha256(pdf), 'hex') as row_sha256, object_key, object_version
     from certificates
     where message_id >= $1 and (message_id, kind) > ($1, $2) and message_id < uuidv7_floor($3)
     order by message_id, kind limit $4`,
    [after.messageId, after.kind, until, limit],
  );
  return rows.map((row) => ({
    messageId: row.message_id,
    kind: row.kind,
    sha256: row.sha256,
    bytes: row.bytes,
    rowSha256: row.row_sha256 ?? undefined,
    object:
      row.object_key !== null && row.object_version !== null
        ? { key: row.object_key, version: row.object_version }
        : undefined,
  }));
}

/** Takes a walk forward. */
export async function advanceWalk(db: Connection, walk: Walk): Promise<void> {
  await db.query("update fixity_walks set reached_id = $2, reached_kind = $3 where began_at = $1", [
    walk.beganAt,
    walk.reached.messageId,
    walk.reached.kind,
  ]);
}

export async function endWalk(db: Connection, beganAt: Date, now: Date): Promise<void> {
  await db.query("update fixity_walks set ended_at = $2 where began_at = $1", [beganAt, now]);
}

/** What one night's reading came to. */
export interface FixityPass {
  readonly beganAt: Date;
  readonly files: number;
  readonly bytes: number;
  readonly failures: number;
}

export async function recordPass(db: Connection, pass: FixityPass, now: Date): Promise<void> {
  await db.query(
    `insert into fixity_passes (began_at, last_at, files, bytes, failures)
     values ($1, $2, $3, $4, $5)
     on conflict (began_at) do update set last_at = excluded.last_at, files = excluded.files,
       bytes = excluded.bytes, failures = excluded.failures`,
    [pass.beganAt, now, pass.files, pass.bytes, pass.failures],
  );
}

export async function recordFailure(
  db: Connection,
  found: { messageId: MessageId; kind: CertificateKind; problem: FixityProblem; foundAt: Date },
): Promise<void> {
  await db.query(
    `insert into fixity_failures (message_id, kind, problem, found_at) values ($1, $2, $3, $4)
     on conflict (message_id, kind) do nothing`,
    [found.messageId, found.kind, found.problem, found.foundAt],
  );
}

/** Files that were found whole again, after somebody mended the store. */
export async function forgetFailures(
  db: Connection,
  whole: readonly Pick<WalkedCertificate, "messageId" | "kind">[],
): Promise<void> {
  await db.query(
    `delete from fixity_failures f using unnest($1::uuid[], $2::text[]) as w (message_id, kind)
     where f.message_id = w.message_id and f.kind = w.kind`,
    [whole.map(({ messageId }) => messageId), whole.map(({ kind }) => kind)],
  );
}

/** The last night's reading; undefined when there was none yet. */
export async function readLastPass(
  db: Connection,
): Promise<(FixityPass & { readonly lastAt: Date }) | undefined> {
  const { rows } = await db.query<{
    began_at: Date;
    last_at: Date;
    files: string;
    bytes: string;
    failures: string;
  }>(
    `select began_at, last_at, files, bytes, failures from fixity_passes
     order by began_at desc limit 1`,
  );
  const [row] = rows;
  return (
    row && {
      beganAt: row.began_at,
      lastAt: row.last_at,
      files: Number(row.files),
      bytes: Number(row.bytes),
      failures: Number(row.failures),
    }
  );
}
