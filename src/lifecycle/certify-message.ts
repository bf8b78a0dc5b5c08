import {
  CertificateDelayed,
  kindsDue,
  ObjectStoreUnavailable,
  toldBy,
  type CertificateFacts,
} from "../domain/certificate.ts";
import { HOUR, SECOND } from "../domain/clock.ts";
import { eniMetadata } from "../domain/eni.ts";
import type { EvidenceBody } from "../domain/evidence.ts";
import { ServiceError } from "../domain/errors.ts";
import type { MessageId } from "../domain/ids.ts";
import { foldMessage } from "../domain/message.ts";
import type { CertificateKind } from "../domain/outcome.ts";
import { retainUntil } from "../domain/retention.ts";
import type { Message } from "../domain/submission.ts";
import { insertCertificate, readCode } from "../store/certificates.ts";
import { insertCharge } from "../store/charges.ts";
import {
  DataInconsistency,
  isServerOutage,
  transaction,
  type Connection,
} from "../store/connection/database.ts";
import { appendEvidence, readChain } from "../store/evidence.ts";
import { readLogo } from "../store/parties/logos.ts";
import { readMessage } from "../store/messages.ts";
import { readReceipts } from "../store/receipts.ts";
import { findCallerById } from "../store/parties/users.ts";
import { claim, enqueue, finish, giveUp, retry, type Work } from "../store/work.ts";
import { backOff } from "./back-off.ts";
import { keepFile } from "./certificate-file.ts";
import type { LifecycleContext } from "./context.ts";

/** Short: what a killed process had claimed is taken up soon; a second sealing does no harm. */
const LEASE = 30 * SECOND;
const BATCH = 32;
const BACK_OFF = { first: 5 * SECOND, most: HOUR };
/** A fault of our own is shown to a person after this many tries; a missing time-stamp or store waits for ever. */
const MOST_FAULTS = 20;

/**
 * Step 5. Issues the certificates that are due, and answers how many it took up. A crash before the
 * certificate is stored just issues it again: the code and the facts are fixed, and the primary key
 * keeps one certificate per message and kind. A file goes to the object store before its row is
 * written: what a crash leaves there is one more version under the same key, which no row names.
 */
export async function certifyMessages(context: LifecycleContext): Promise<number> {
  const now = context.clock.now();
  const due = await claim(context.db, "certify", now, { leaseMilliseconds: LEASE, limit: BATCH });
  await Promise.all(due.map((work) => certify(context, work)));
  if (due.length > 0) context.wake("notify");
  return due.length;
}

async function certify(context: LifecycleContext, work: Work): Promise<void> {
  try {
    const view = foldMessage(await readChain(context.db, work.messageId));
    if (!view.outcome) throw new DataInconsistency(`certify ${work.messageId}: no outcome`);
    const has = new Set(view.certificates.map(({ kind }) => kind));
    const missing = kindsDue(view).filter((kind) => !has.has(kind));
    for (const [index, kind] of missing.entries()) {
      await issue(context, work, kind, index === missing.length - 1);
    }
    if (missing.length === 0) await finish(context.db, [work]);
  } catch (error) {
    await postpone(context, work, error);
  }
}

async function issue(
  context: LifecycleContext,
  work: Work,
  kind: CertificateKind,
  isLast: boolean,
): Promise<void> {
  const { messageId } = work;
  const facts = await readFacts(context, messageId, kind);
  const { sha256, stampedAt, pdf } = await context.issuer.issue(facts);
  const { message, csv, issuedAt, retainUntil, eni } = facts;
  const file = await keepFile(context, { messageId, kind, issuedAt, retainUntil, sha256, pdf });
  const dates = { issuedAt, stampedAt, retainUntil };
  const issued = await transaction(context.db, async (client) => {
    const chain = await readChain(client, messageId);
    const certificate = { messageId, kind, csv, ...dates, eni, sha256, file };
    const first = await insertCertificate(client, certificate);
    if (first) {
      const body: EvidenceBody = { event: "CertificateIssued", kind, csv, sha256 };
      await appendEvidence(client, issuedAt, [{ messageId, chain, bodies: [body] }]);
      await charge(client, message, kind, issuedAt);
      if (message.mailbox !== undefined) await enqueue(client, "notify", [messageId], issuedAt);
    }
    if (isLast) await finish(client, [work]);
    return first;
  });
  if (issued) context.tell({ name: "certified", messageId, kind });
}

/** A correction costs nothing: the message was to have one certificate, the right one. */
async function charge(
  client: Connection,
  { messageId, entityId }: Message,
  kind: CertificateKind,
  at: Date,
): Promise<void> {
  if (kind === "corrective") return;
  await insertCharge(client, { messageId, item: "certificate", entityId, units: 1, at });
}

async function postpone(context: LifecycleContext, work: Work, error: unknown): Promise<void> {
  const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const outage =
    error instanceof CertificateDelayed ||
    error instanceof ObjectStoreUnavailable ||
    isServerOutage(error);
  if (work.attempts >= MOST_FAULTS && !outage) {
    await giveUp(context.db, work, cause, context.clock.now());
    context.tell({ name: "givenUp", messageId: work.messageId, step: "certify", cause });
    return;
  }
  const now = context.clock.now();
  const runAt = new Date(now.getTime() + backOff(work.attempts, BACK_OFF, context.random));
  // A long outage of others is no fault of the message: it must not use up its tries.
  const attempts = outage ? Math.min(work.attempts, MOST_FAULTS / 2) : work.attempts;
  await retry(context.db, work, runAt, cause, attempts);
  const { messageId } = work;
  context.tell({ name: "putOff", messageId, step: "certify", attempts: work.attempts, cause });
}

async function readFacts(
  context: LifecycleContext,
  messageId: MessageId,
  kind: CertificateKind,
): Promise<CertificateFacts> {
  const { db, settings } = context;
  const message = await readMessage(db, messageId);
  const evidence = toldBy(kind, await readChain(db, messageId));
  const { outcome, segments, lateDelivery } = foldMessage(evidence);
  if (!message || !outcome) throw new DataInconsistency(`certify ${messageId}: no outcome`);
  const csv = await readCode(db, messageId, kind);
  const caller = await findCallerById(db, message.userId);
  if (csv === undefined || !caller) throw new ServiceError("Internal");
  const issuedAt = context.clock.now();
  const { dir3 } = caller.entity;
  return {
    kind,
    csv,
    verificationUrl: verificationUrl(settings.publicUrl, csv),
    issuedAt,
    retainUntil: retainUntil(issuedAt, settings.retention),
    issuer: settings.issuer,
    entity: caller.entity,
    logo: await readLogo(db, caller.entity.entityId),
    username: caller.user.username,
    message,
    operator: context.gateway.operator,
    segments,
    outcome,
    evidence,
    receipts: await readReceipts(
      db,
      evidence.flatMap(({ body }) => (body.event === "DeliveryReceipt" ? [body.receiptId] : [])),
    ),
    eni: eniMetadata({ dir3, csv, issuedAt }, settings.eni),
    ...(kind === "corrective" && {
      outcome: { kind: "delivered", at: lateDelivery?.receivedAt ?? outcome.at },
      corrects: await readCode(db, messageId, "negative"),
      operatorDeliveredAt: lateDelivery?.deliveredAt,
    }),
  };
}

/** The public page of a certificate, as printed on it. */
export function verificationUrl(publicUrl: string, csv: string): string {
  return `${publicUrl}/verifica/${csv}`;
}
