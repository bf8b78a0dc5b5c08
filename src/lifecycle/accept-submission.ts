import { addDuration } from "../domain/clock.ts";
import { assertContent, sha256, type Encoding, type SegmentPlan } from "../domain/content.ts";
import { assertMay, type Caller } from "../domain/entity.ts";
import { ServiceError } from "../domain/errors.ts";
import { nextEvidence, type EvidenceBody } from "../domain/evidence.ts";
import { uuidv7, type MessageId } from "../domain/ids.ts";
import type { Stage } from "../domain/message.ts";
import { afterQuietHours } from "../domain/quiet-hours.ts";
import { parseMsisdn } from "../domain/msisdn.ts";
import type { Words } from "../domain/words.ts";
import { submissionDigest, type Message, type Submission } from "../domain/submission.ts";
import { findAlias, type Alias } from "../store/parties/aliases.ts";
import { isMailboxAuthorised } from "../store/parties/mailboxes.ts";
import { findSubmission, readMessage, type SubmissionKey } from "../store/messages.ts";
import { assertQuota } from "./assert-quota.ts";
import type { LifecycleContext } from "./context.ts";

/** The answer to a submission. */
export interface Acceptance {
  /** Absent from a dry run: nothing was taken charge of. */
  readonly messageId: MessageId | undefined;
  readonly stage: Stage["name"];
  readonly acceptedAt: Date;
  readonly receiptDeadline: Date;
  readonly encoding: Encoding;
  readonly segments: number;
  /** The characters that forced UCS-2. */
  readonly unicodeCharacters: readonly string[];
  /** Units that the entity pays for: segments, and certificates. */
  readonly charge: { readonly sms: number; readonly certificate: number };
}

interface AcceptOptions {
  readonly dryRun: boolean;
  /** Of the call, so that the log leads from it to the message. */
  readonly correlationId?: string | undefined;
}

/**
 * Step 1. When this resolves the message, its evidence, its charge and the work that relays and
 * settles it are durable together: it survives any crash. A repeated submission (same entity and
 * client reference) with the same content answers the same again and leaves nothing behind.
 *
 * @throws ServiceError NotAuthorised, InvalidRecipient, InvalidContent, ContentTooLong,
 *   InvalidSender, InvalidSchedule, QuotaExceeded, MailboxNotAuthorised
 * @throws ServiceError DuplicateSubmission when the reference was used with other content
 */
export async function acceptSubmission(
  context: LifecycleContext,
  caller: Caller,
  submission: Submission,
  options: AcceptOptions,
): Promise<Acceptance> {
  assertMay(caller, context.clock.now(), "send");
  assertContent(submission.text);
  const { name, legalId } = submission.recipient;
  const recipient = { msisdn: parseMsisdn(submission.recipient.msisdn), name, legalId };
  const digest = submissionDigest(submission, recipient.msisdn);
  const findBefore = (): Promise<SubmissionKey | undefined> =>
    findSubmission(context.db, caller.entity.entityId, submission.clientReference);
  const now = context.clock.now();
  let alias: Alias | undefined;
  try {
    alias = await findSender(context, caller, submission.sender);
    assertSchedule(submission.scheduledAt, now);
    await assertQuota(context, caller.entity, now);
    await assertMailbox(context, caller, submission.mailbox);
  } catch (error) {
    // What was taken charge of before is answered again, although its schedule has passed meanwhile.
    const before = await findBefore();
    if (before) return repeated(context, before, digest);
    throw error;
  }
  const plan = context.gateway.plan(submission.text, 0);
  const scheduledAt = sendingInstant(caller, submission.scheduledAt, now);
  // Field by field: an object that grows out of a copy costs several times as much to make and to keep.
  // The type demands each field, also those that may be undefined.
  const message: Message & Record<keyof Message, unknown> = {
    messageId: uuidv7(now, context.random) as MessageId,
    entityId: caller.entity.entityId,
    userId: caller.user.userId,
    clientReference: submission.clientReference,
    channel: submission.channel,
    recipient,
    text: submission.text,
    textSha256: sha256(submission.text),
    sender: submission.sender,
    language: submission.language ?? caller.entity.language ?? "ca",
    fileNumber: submission.fileNumber,
    purpose: submission.purpose,
    officer: submission.officer,
    consent: submission.consent,
    costCentre: submission.costCentre ?? caller.entity.defaultCostCentre,
    scheduledAt,
    mailbox: submission.mailbox,
    encoding: plan.encoding,
    segmentCount: plan.segments.length,
    acceptedAt: now,
    receiptDeadline: addDuration(scheduledAt ?? now, context.settings.receiptDeadline),
  };
  if (options.dryRun) {
    const before = await findBefore();
    if (before) return repeated(context, before, digest);
    return { ...answerTo(message, plan), messageId: undefined };
  }
  const winner = await context.takeCharge({
    message,
    digest,
    evidence: nextEvidence(message.messageId, undefined, now, acceptanceOf(message, alias)),
    relayAt: message.scheduledAt ?? now,
    settleAt: addDuration(message.receiptDeadline, context.settings.receiptGrace),
  });
  if (winner?.messageId !== message.messageId) {
    if (!winner) throw new ServiceError("Unavailable");
    return repeated(context, winner, digest);
  }
  context.tell({
    name: "accepted",
    messageId: message.messageId,
    entityId: message.entityId,
    segments: message.segmentCount,
    correlationId: options.correlationId,
  });
  context.wake("relay");
  return answerTo(message, plan);
}

/** When it is sent, if not at once; an entity may want its recipients' nights and holidays respected. */
function sendingInstant({ entity }: Caller, asked: Date | undefined, now: Date): Date | undefined {
  if (entity.quietHours !== true) return asked;
  const at = afterQuietHours(asked ?? now);
  return at > now ? at : asked;
}

/** What is undefined is not part of the record: neither of its hash nor of what is stored. */
function acceptanceOf(message: Message, alias: Alias | undefined): EvidenceBody {
  return {
    event: "SubmissionAcceptance",
    recipient: message.recipient.msisdn,
    textSha256: message.textSha256,
    segmentCount: message.segmentCount,
    receiptDeadline: message.receiptDeadline.toISOString(),
    scheduledAt: message.scheduledAt?.toISOString(),
    alias: alias && { registration: alias.registration, registerNumber: alias.registerNumber },
    request: requestOf(message),
  };
}

/** Who asks and for what is attested with the acceptance, where the caller's channel makes it say so. */
function requestOf({
  fileNumber,
  purpose,
  consent,
  officer,
}: Message): Extract<EvidenceBody, { event: "SubmissionAcceptance" }>["request"] {
  return consent === undefined
    ? undefined
    : { fileNumber, purpose, consent, officer: officer?.nif };
}

async function repeated(
  context: LifecycleContext,
  before: SubmissionKey,
  digest: string,
): Promise<Acceptance> {
  if (before.digest !== digest) {
    throw new ServiceError("DuplicateSubmission", {
      field: "clientReference",
      hint: {
        ca: "Aquesta referència ja s'ha fet servir amb un altre contingut; useu-ne una de nova.",
        es: "Esta referencia ya se ha usado con otro contenido; use una nueva.",
        en: "This reference was used before with other content; use a new one.",
      },
    });
  }
  const message = await readMessage(context.db, before.messageId);
  if (!message) throw new ServiceError("MessageNotFound", { field: "clientReference" });
  return answerTo(message, context.gateway.plan(message.text, 0));
}

function answerTo(
  message: Message,
  { unicodeCharacters }: Pick<SegmentPlan, "unicodeCharacters">,
): Acceptance {
  return {
    messageId: message.messageId,
    stage: "accepted",
    acceptedAt: message.acceptedAt,
    receiptDeadline: message.receiptDeadline,
    encoding: message.encoding,
    segments: message.segmentCount,
    unicodeCharacters,
    charge: { sms: message.segmentCount, certificate: 1 },
  };
}

const ALIAS = /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,9}[A-Za-z0-9]$|^[A-Za-z0-9]$/;
const NUMBER = /^\+?[0-9]{3,15}$/;

/**
 * The alias behind an alphanumeric sender; undefined when the sender is a number or none.
 *
 * @throws ServiceError InvalidSender when it is neither an alias as the GSM network shows it (TS 23.040,
 *   9.1.2.5: at most 11 characters) nor a number, or when the entity has no such alias in the register
 *   of the CNMC: operators block what is not there (Orden TDF/149/2025)
 */
async function findSender(
  { db }: LifecycleContext,
  { entity }: Caller,
  sender: string | undefined,
): Promise<Alias | undefined> {
  if (sender === undefined || NUMBER.test(sender)) return undefined;
  if (!ALIAS.test(sender))
    throw new ServiceError("InvalidSender", { field: "sender", hint: MALFORMED });
  const alias = await findAlias(db, entity.entityId, sender);
  if (!alias?.enabled || alias.registration !== "registered") {
    throw new ServiceError("InvalidSender", { field: "sender", hint: NOT_REGISTERED });
  }
  return alias;
}

const MALFORMED: Words = {
  ca: "El remitent és un àlies d'1 a 11 lletres i xifres, o un número de 3 a 15 xifres.",
  es: "El remitente es un alias de 1 a 11 letras y cifras, o un número de 3 a 15 cifras.",
  en: "The sender is an alias of 1 to 11 letters and digits, or a number of 3 to 15 digits.",
};
const NOT_REGISTERED: Words = {
  ca: "L'entitat no té aquest àlies inscrit i activat al registre de la CNMC; demaneu-ho al SAU.",
  es: "La entidad no tiene este alias inscrito y activado en el registro de la CNMC; solicítelo al SAU.",
  en: "The entity has no such alias, registered with the CNMC and enabled; ask the service desk (SAU).",
};

const LATEST_SCHEDULE = { months: 12, milliseconds: 0 };

function assertSchedule(scheduledAt: Date | undefined, now: Date): void {
  if (!scheduledAt || (scheduledAt > now && scheduledAt <= addDuration(now, LATEST_SCHEDULE))) {
    return;
  }
  throw new ServiceError("InvalidSchedule", {
    field: "scheduledAt",
    hint: {
      ca: "L'instant programat ha de ser futur i dins dels pròxims dotze mesos.",
      es: "El instante programado debe ser futuro y dentro de los próximos doce meses.",
      en: "The scheduled instant must lie in the future, within the next twelve months.",
    },
  });
}

async function assertMailbox(
  context: LifecycleContext,
  { user }: Caller,
  mailbox: string | undefined,
): Promise<void> {
  if (mailbox === undefined || (await isMailboxAuthorised(context.db, user.userId, mailbox))) {
    return;
  }
  throw new ServiceError("MailboxNotAuthorised", {
    field: "mailbox",
    hint: {
      ca: "Aquesta bústia no està autoritzada per a l'usuari; demaneu-ho al SAU.",
      es: "Este buzón no está autorizado para el usuario; solicítelo al SAU.",
      en: "This mailbox is not authorised for the user; ask the service desk (SAU).",
    },
  });
}
