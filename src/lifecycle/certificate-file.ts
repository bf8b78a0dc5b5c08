import { ObjectStoreUnavailable } from "../domain/certificate.ts";
import { sha256 } from "../domain/content.ts";
import { ServiceError } from "../domain/errors.ts";
import type { MessageId } from "../domain/ids.ts";
import type { CertificateKind } from "../domain/outcome.ts";
import type { CertificateFile, StoredCertificate } from "../store/certificates.ts";
import { DataInconsistency } from "../store/connection/database.ts";
import { recordFailure } from "../store/fixity.ts";
import type { LifecycleContext } from "./context.ts";

interface NewFile {
  readonly messageId: MessageId;
  readonly kind: CertificateKind;
  readonly issuedAt: Date;
  readonly retainUntil: Date;
  readonly sha256: string;
  readonly pdf: Buffer;
}

/**
 * Keeps the file of a certificate where the settings say, and answers what its row has to tell: the
 * bytes themselves, which are durable with the row, or where they are, durable and locked already.
 *
 * @throws ObjectStoreUnavailable
 */
export async function keepFile(
  { objects }: Pick<LifecycleContext, "objects">,
  file: NewFile,
): Promise<CertificateFile> {
  const { pdf, retainUntil } = file;
  if (!objects?.keepsNew) return { pdf };
  const month = file.issuedAt.toISOString().slice(0, 7).replace("-", "/");
  const key = `${month}/${file.messageId}/${file.kind}.pdf`;
  const place = await objects.store.keep({ key, bytes: pdf, sha256: file.sha256, retainUntil });
  return { ...place, size: pdf.length };
}

/**
 * The bytes of a certificate, hashed again first: what differs from the hash in its row never leaves,
 * and is recorded and told as the nightly reading does.
 *
 * @throws ServiceError Unavailable when the object store does not answer
 * @throws DataInconsistency when the file is not there or is another one: somebody has to look
 */
export async function readFile(
  context: LifecycleContext,
  stored: StoredCertificate,
): Promise<Buffer> {
  const { messageId, kind } = stored;
  const pdf = await bytesOf(context, stored);
  if (pdf && sha256(pdf) === stored.sha256) return pdf;
  const problem = pdf ? "differs" : "missing";
  await recordFailure(context.db, { messageId, kind, problem, foundAt: context.clock.now() });
  context.tell({ name: "fileDamaged", messageId, kind, problem });
  throw new DataInconsistency(
    `certificate ${messageId} ${kind}: ${pdf ? "hash differs" : "its file is not there"}`,
  );
}

async function bytesOf(
  { objects }: LifecycleContext,
  { file }: StoredCertificate,
): Promise<Buffer | undefined> {
  if ("pdf" in file) return file.pdf;
  if (!objects) throw new DataInconsistency("certificates are in S3 and S3_BUCKET is not set");
  try {
    return await objects.store.read(file);
  } catch (error) {
    if (!(error instanceof ObjectStoreUnavailable)) throw error;
    throw new ServiceError("Unavailable", { retryAfterSeconds: 60, cause: error });
  }
}
