import { HOUR, MINUTE } from "../domain/clock.ts";
import { sha256 } from "../domain/content.ts";
import { foldMessage } from "../domain/message.ts";
import { maskMsisdn } from "../domain/msisdn.ts";
import type { CertificateKind } from "../domain/outcome.ts";
import type { Message } from "../domain/submission.ts";
import { readCertificate } from "../store/certificates.ts";
import { DataInconsistency, transaction } from "../store/connection/database.ts";
import { appendEvidence, readChain } from "../store/evidence.ts";
import { isMailboxAuthorised, markBounced } from "../store/parties/mailboxes.ts";
import { readMessage } from "../store/messages.ts";
import { findCallerById } from "../store/parties/users.ts";
import { claim, finish, giveUp, retry, type Work } from "../store/work.ts";
import { backOff } from "./back-off.ts";
import { readFile } from "./certificate-file.ts";
import { verificationUrl } from "./certify-message.ts";
import type { LifecycleContext } from "./context.ts";
import type { MailAnswer, Mailer } from "./ports.ts";

/** Longer than the mail server is waited for. */
const LEASE = 3 * MINUTE;
const BATCH = 10;
const BACK_OFF = { first: MINUTE, most: HOUR };
/** Three days, about as long as mail servers themselves try. */
const MOST_TRIES = 80;

/**
 * Step 6. Mails certificates to the mailboxes that were asked for, and answers how many messages it
 * took up. A mail may go out twice when a process dies in between: its Message-ID is then the same.
 */
export async function notifyMailboxes(context: LifecycleContext): Promise<number> {
  const now = context.clock.now();
  const due = await claim(context.db, "notify", now, { leaseMilliseconds: LEASE, limit: BATCH });
  await Promise.all(due.map((work) => notify(context, work)));
  return due.length;
}

async function notify(context: LifecycleContext, work: Work): Promise<void> {
  try {
    const problem = await mailCertificates(context, work);
    if (problem === undefined) {
      await finish(context.db, [work]);
      context.tell({ name: "notified", messageId: work.messageId });
    } else if (problem.forGood) await stop(context, work, problem.cause);
    else await postpone(context, work, problem.cause);
  } catch (error) {
    await postpone(context, work, error instanceof Error ? error.message : String(error));
  }
}

interface Problem {
  readonly cause: string;
  readonly forGood: boolean;
}

/** Mails what was not mailed yet; undefined when everything is. */
async function mailCertificates(
  context: LifecycleContext,
  { messageId }: Work,
): Promise<Problem | undefined> {
  const message = await readMessage(context.db, messageId);
  if (!message) throw new DataInconsistency(`notify ${messageId}: no message`);
  const { mailbox } = message;
  if (mailbox === undefined) return undefined;
  if (!(await isMailboxAuthorised(context.db, message.userId, mailbox))) {
    return {
      cause: "the mailbox is no longer authorised, or mail to it comes back",
      forGood: true,
    };
  }
  if (!context.mailer) return { cause: "no mail server is set (SMTP_URL)", forGood: false };
  const chain = await readChain(context.db, messageId);
  const mailed = new Set(
    chain.flatMap(({ body }) => (body.event === "CertificateMailed" ? [body.kind] : [])),
  );
  const { certificates } = foldMessage(chain);
  // Without a certificate it is an early warning that is due.
  if (certificates.length === 0) return warn(context, context.mailer, { ...message, mailbox });
  for (const { kind } of certificates) {
    if (mailed.has(kind)) continue;
    const answer = await mailOne(context, context.mailer, { ...message, mailbox }, kind);
    const problem = await recordAnswer(context, { ...message, mailbox }, kind, answer);
    if (problem) return problem;
  }
  return undefined;
}

async function warn(
  { db, clock }: LifecycleContext,
  mailer: Mailer,
  message: MailedMessage,
): Promise<Problem | undefined> {
  const { messageId, mailbox, language, clientReference, receiptDeadline } = message;
  const now = clock.now();
  const answer = await mailer.sendWarning({
    ...{ to: mailbox, at: now, language, clientReference, receiptDeadline },
    id: `${messageId}.warning`,
    recipient: maskMsisdn(message.recipient.msisdn),
  });
  if (answer.kind === "taken") return undefined;
  if (answer.kind === "failed") return { cause: answer.cause, forGood: false };
  await markBounced(db, mailbox, now, answer.reply);
  return { cause: `the mail server refuses the mailbox: ${answer.reply}`, forGood: true };
}

type MailedMessage = Message & { readonly mailbox: string };

async function mailOne(
  context: LifecycleContext,
  mailer: Mailer,
  message: MailedMessage,
  kind: CertificateKind,
): Promise<MailAnswer> {
  const { db, clock, settings } = context;
  const { messageId, userId, mailbox } = message;
  const certificate = await readCertificate(db, messageId, kind);
  const sender = await findCallerById(db, userId);
  if (!certificate || !sender) throw new DataInconsistency(`notify ${messageId}: no ${kind}`);
  return mailer.sendCertificate({
    id: `${messageId}.${kind}`,
    to: mailbox,
    at: clock.now(),
    language: message.language,
    kind,
    entityName: sender.entity.name,
    clientReference: message.clientReference,
    recipient: maskMsisdn(message.recipient.msisdn),
    csv: certificate.csv,
    verificationUrl: verificationUrl(settings.publicUrl, certificate.csv),
    pdf: await readFile(context, certificate),
  });
}

async function recordAnswer(
  { db, clock }: LifecycleContext,
  { messageId, mailbox }: MailedMessage,
  kind: CertificateKind,
  answer: MailAnswer,
): Promise<Problem | undefined> {
  const now = clock.now();
  switch (answer.kind) {
    case "taken":
      await transaction(db, async (client) => {
        const chain = await readChain(client, messageId);
        const mailboxSha256 = sha256(mailbox.toLowerCase());
        const reply = answer.reply.slice(0, 500);
        const body = { event: "CertificateMailed", kind, mailboxSha256, reply } as const;
        await appendEvidence(client, now, [{ messageId, chain, bodies: [body] }]);
      });
      return undefined;
    case "refused":
      await markBounced(db, mailbox, now, answer.reply);
      return { cause: `the mail server refuses the mailbox: ${answer.reply}`, forGood: true };
    case "failed":
      return { cause: answer.cause, forGood: false };
  }
}

async function postpone(context: LifecycleContext, work: Work, cause: string): Promise<void> {
  const { messageId, attempts } = work;
  if (attempts >= MOST_TRIES) {
    await stop(context, work, cause);
    return;
  }
  const now = context.clock.now();
  const runAt = new Date(now.getTime() + backOff(attempts, BACK_OFF, context.random));
  await retry(context.db, work, runAt, cause);
  context.tell({ name: "putOff", messageId, step: "notify", attempts, cause });
}

async function stop(context: LifecycleContext, work: Work, cause: string): Promise<void> {
  await giveUp(context.db, work, cause, context.clock.now());
  context.tell({ name: "givenUp", messageId: work.messageId, step: "notify", cause });
}
