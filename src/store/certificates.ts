import type { EniMetadata } from "../domain/eni.ts";
import type { MessageId } from "../domain/ids.ts";
import type { CertificateKind, Outcome } from "../domain/outcome.ts";
import { DataInconsistency, type Connection } from "./connection/database.ts";

/** A message that is being closed, with the code of its certificate to come. */
export interface Closing {
  readonly messageId: MessageId;
  readonly outcome: Outcome;
  readonly kind: CertificateKind;
  readonly csv: string;
}

/** Closes messages and reserves the codes of their certificates. The primary key keeps one outcome. */
export async function insertOutcomes(
  db: Connection,
  closings: readonly Closing[],
  now: Date,
): Promise<void> {
  const ids = closings.map(({ messageId }) => messageId);
  await db.query(
    `insert into outcomes (message_id, kind, reason, at, settled_at)
     select message_id, kind, reason, at, $1
     from unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[])
       as closing (message_id, kind, reason, at)`,
    [
      now,
      ids,
      closings.map(({ outcome }) => outcome.kind),
      closings.map(({ outcome }) => (outcome.kind === "notDelivered" ? outcome.reason : null)),
      closings.map(({ outcome }) => outcome.at),
    ],
  );
  await reserveCodes(db, closings);
}

/** Draws the codes before the certificates are made, so that each can be made again byte for byte. */
export async function reserveCodes(
  db: Connection,
  codes: readonly Pick<Closing, "messageId" | "kind" | "csv">[],
): Promise<void> {
  await db.query(
    `insert into certificate_codes (csv, message_id, kind)
     select * from unnest($1::text[], $2::uuid[], $3::text[])`,
    [
      codes.map(({ csv }) => csv),
      codes.map(({ messageId }) => messageId),
      codes.map(({ kind }) => kind),
    ],
  );
}

export async function readCode(
  db: Connection,
  messageId: MessageId,
  kind: CertificateKind,
): Promise<string | undefined> {
  const { rows } = await db.query<{ csv: string }>(
    "select csv from certificate_codes where message_id = $1 and kind = $2",
    [messageId, kind],
  );
  return rows[0]?.csv;
}

/** The code of a certificate that is there already. */
export async function readIssuedCode(
  db: Connection,
  messageId: MessageId,
  kind: CertificateKind,
): Promise<string | undefined> {
  const { rows } = await db.query<{ csv: string }>(
    "select csv from certificates where message_id = $1 and kind = $2",
    [messageId, kind],
  );
  return rows[0]?.csv;
}

export async function findByCode(
  db: Connection,
  csv: string,
): Promise<{ messageId: MessageId; kind: CertificateKind } | undefined> {
  const { rows } = await db.query<{ message_id: MessageId; kind: CertificateKind }>(
    "select message_id, kind from certificate_codes where csv = $1",
    [csv],
  );
  return rows[0] && { messageId: rows[0].message_id, kind: rows[0].kind };
}

/** Where the file of a certificate is: in its row, or in the object store. */
export type CertificateFile =
  | { readonly pdf: Buffer }
  | { readonly key: string; readonly version: string; readonly size: number };

/** A certificate as it is kept. */
export interface StoredCertificate {
  readonly messageId: MessageId;
  readonly kind: CertificateKind;
  readonly csv: string;
  readonly issuedAt: Date;
  readonly stampedAt: Date;
  readonly retainUntil: Date;
  readonly eni?: EniMetadata | undefined;
  /** Of the file, in hexadecimal. */
  readonly sha256: string;
  readonly file: CertificateFile;
}

/** Keeps a certificate; false when the message has one of this kind: the first one stands. */
export async function insertCertificate(
  db: Connection,
  certificate: StoredCertificate,
): Promise<boolean> {
  const { file } = certificate;
  const object = "pdf" in file ? undefined : file;
  const { rowCount } = await db.query(
    `insert into certificates
       (message_id, kind, csv, issued_at, stamped_at, retain_until, sha256, eni, pdf,
        object_key, object_version, object_size)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict do nothing`,
    [
      certificate.messageId,
      certificate.kind,
      certificate.csv,
      certificate.issuedAt,
      certificate.stampedAt,
      certificate.retainUntil,
      certificate.sha256,
      certificate.eni,
      "pdf" in file ? file.pdf : null,
      object?.key,
      object?.version,
      object?.size,
    ],
  );
  return rowCount === 1;
}

interface CertificateRow extends FileRow {
  message_id: MessageId;
  kind: CertificateKind;
  csv: string;
  issued_at: Date;
  stamped_at: Date;
  retain_until: Date;
  sha256: string;
  eni: EniMetadata | null;
}

interface FileRow {
  pdf: Buffer | null;
  object_key: string | null;
  object_version: string | null;
  object_size: number | null;
}

/** The certificate of a kind; without a kind the latest one. */
export async function readCertificate(
  db: Connection,
  messageId: MessageId,
  kind?: CertificateKind,
): Promise<StoredCertificate | undefined> {
  const { rows } = await db.query<CertificateRow>(
    `select message_id, kind, csv, issued_at, stamped_at, retain_until, sha256, eni, pdf,
       object_key, object_version, object_size
     from certificates where message_id = $1 and ($2::text is null or kind = $2)
     order by issued_at desc, kind limit 1`,
    [messageId, kind],
  );
  const [row] = rows;
  if (!row) return undefined;
  return {
    messageId: row.message_id,
    kind: row.kind,
    csv: row.csv,
    issuedAt: row.issued_at,
    stampedAt: row.stamped_at,
    retainUntil: row.retain_until,
    sha256: row.sha256,
    eni: row.eni ?? undefined,
    file: toFile(row),
  };
}

function toFile({ pdf, object_key, object_version, object_size }: FileRow): CertificateFile {
  if (pdf) return { pdf };
  if (object_key === null || object_version === null || object_size === null) {
    throw new DataInconsistency("a certificate without its file");
  }
  return { key: object_key, version: object_version, size: object_size };
}

/** Keys of objects whose certificates were purged, in order, after a key. */
export async function readReleasedObjects(
  db: Connection,
  after: string,
  limit: number,
): Promise<string[]> {
  const { rows } = await db.query<{ object_key: string }>(
    `select object_key from released_objects where object_key > $1 order by object_key limit $2`,
    [after, limit],
  );
  return rows.map((row) => row.object_key);
}

/** The object of a key is gone from the store. */
export async function forgetReleasedObject(db: Connection, key: string): Promise<void> {
  await db.query("delete from released_objects where object_key = $1", [key]);
}
