import type { CertificateFacts } from "../../src/domain/certificate.ts";
import { addDuration, HOUR, SECOND } from "../../src/domain/clock.ts";
import { sha256 } from "../../src/domain/content.ts";
import type { DeliveryReceipt, MessageState } from "../../src/domain/delivery-receipt.ts";
import { eniMetadata } from "../../src/domain/eni.ts";
import { nextEvidence, type Evidence, type EvidenceBody } from "../../src/domain/evidence.ts";
import type { EntityId, MessageId, ReceiptId, UserId } from "../../src/domain/ids.ts";
import type { Logo } from "../../src/domain/logo.ts";
import { foldMessage } from "../../src/domain/message.ts";
import type { CertificateKind, NotDeliveredReason } from "../../src/domain/outcome.ts";
import { parseMsisdn } from "../../src/domain/msisdn.ts";
import type { Message } from "../../src/domain/submission.ts";
import type { Language } from "../../src/domain/words.ts";

export interface FactsOptions {
  readonly kind?: CertificateKind;
  readonly language?: Language;
  readonly text?: string;
  readonly segments?: number;
  readonly reason?: NotDeliveredReason;
  readonly issuedAt?: Date;
  readonly entityName?: string;
  readonly message?: Partial<Message>;
  /** The operator contradicts itself, and a person decides. */
  readonly conflict?: boolean;
  readonly logo?: Logo;
}

const ACCEPTED_AT = new Date("2026-03-12T09:15:32.123Z");
const MESSAGE_ID = "019cdf8e-5c1b-7a33-9a5e-2f6d1c0b7a10" as MessageId;

const FAILED_STATE: Partial<Record<NotDeliveredReason, MessageState>> = {
  expired: "EXPIRED",
  deleted: "DELETED",
  undeliverable: "UNDELIVERABLE",
  rejected: "REJECTED",
};

/** Reasons of messages that the operator did not accept. */
const UNACCEPTED: Partial<
  Record<NotDeliveredReason, "notRelayed" | "refused" | "acceptanceNotConfirmed">
> = {
  notRelayed: "notRelayed",
  refused: "refused",
  acceptanceNotConfirmed: "acceptanceNotConfirmed",
};

/** Facts as the lifecycle would tell them, for a message that went its usual way. */
export function certificateFacts(options: FactsOptions = {}): CertificateFacts {
  const { kind = "positive", language = "ca", segments = 1, reason = "expired" } = options;
  const text =
    options.text ??
    "Ajuntament de Vilanova: teniu una notificació a la seu electrònica. Consulteu-la abans del 22/03/2026. Més informació: 012 · l’àvia, el col·legi, 3 €";
  const acceptedAt = options.message?.acceptedAt ?? ACCEPTED_AT;
  const receiptDeadline = new Date(acceptedAt.getTime() + 120 * HOUR);
  const message: Message = {
    messageId: MESSAGE_ID,
    entityId: "019cdf00-0000-7000-8000-000000000001" as EntityId,
    userId: "019cdf00-0000-7000-8000-000000000002" as UserId,
    clientReference: "EXP-2026-000123/1",
    recipient: {
      msisdn: parseMsisdn("+34600123456"),
      name: "Núria Puig i Soler",
      legalId: "12345678Z",
    },
    text,
    textSha256: sha256(text),
    encoding: "UCS2",
    segmentCount: segments,
    sender: "AjVilanova",
    language,
    fileNumber: "X2026/000123",
    purpose: "Avís de notificació electrònica",
    officer: { name: "Joan Roca Vidal", nif: "87654321X", email: "jroca@vilanova.example" },
    costCentre: "SG-042",
    channel: "soap",
    acceptedAt,
    receiptDeadline,
    ...options.message,
  };
  const graceEnd = new Date(receiptDeadline.getTime() + 600 * SECOND);
  const evidence: Evidence[] = [];
  const receipts: DeliveryReceipt[] = [];
  const append = (at: Date, body: EvidenceBody): void => {
    evidence.push(nextEvidence(message.messageId, evidence.at(-1), at, body));
  };
  const later = (seconds: number): Date => new Date(acceptedAt.getTime() + seconds * SECOND);
  append(acceptedAt, {
    event: "SubmissionAcceptance",
    recipient: message.recipient.msisdn,
    textSha256: message.textSha256,
    segmentCount: segments,
    receiptDeadline: receiptDeadline.toISOString(),
  });
  const numbers = Array.from({ length: segments }, (_, index) => index + 1);
  const unaccepted = kind === "negative" ? UNACCEPTED[reason] : undefined;
  if (unaccepted !== "notRelayed") {
    append(later(0.4), {
      event: "RelayAttempt",
      attempt: 1,
      operator: "Operador Mòbil, SAU",
      segments: numbers.map((number) => ({ number, payloadSha256: sha256(`${text}/${number}`) })),
    });
  }
  if (unaccepted === "refused" || unaccepted === "acceptanceNotConfirmed") {
    const commandStatus = unaccepted === "refused" ? 11 : null;
    append(later(0.9), {
      event: "RelayToNonERDSFailure",
      attempt: 1,
      accepted: [],
      reason: unaccepted,
      commandStatus,
    });
  } else if (unaccepted === undefined) {
    append(later(0.9), {
      event: "RelayToNonERDS",
      attempt: 1,
      accepted: numbers.map((number) => ({
        number,
        smscMessageId: `7F3A${String(1000 + number)}`,
        answeredAt: later(0.6 + number * 0.01).toISOString(),
      })),
    });
  }
  const corrects = "3F0P-81KD-ZZ72-M4QC-J6TN-W9AB";
  const operatorDeliveredAt = new Date("2026-03-13T09:15:00.000Z");
  const doneDate = kind === "corrective" ? "2603131015" : "2603121015";
  /** The receipts of a delivery that is corrected come when its negative certificate is there. */
  const heardAt =
    kind === "corrective" ? new Date(receiptDeadline.getTime() + 20 * HOUR) : later(8);
  if (kind === "corrective") {
    append(graceEnd, { event: "ContentHandoverFailure", reason: "noReceipt" });
    append(new Date(graceEnd.getTime() + 2 * SECOND), {
      event: "CertificateIssued",
      kind: "negative",
      csv: corrects,
      sha256: sha256("the negative certificate"),
    });
  }
  const state: MessageState | undefined =
    kind === "negative" && options.conflict !== true ? FAILED_STATE[reason] : "DELIVERED";
  if (state !== undefined) {
    for (const number of numbers) {
      const raw = Buffer.from(`id:${1000 + number} sub:001 dlvrd:001 stat:${state} err:000`);
      const receiptId = `019cdf8e-0000-7000-8000-${String(number).padStart(12, "0")}` as ReceiptId;
      const receivedAt = new Date(heardAt.getTime() + number * SECOND);
      receipts.push({
        receiptId,
        operator: "Operador Mòbil, SAU",
        receivedAt,
        raw,
        rawSha256: sha256(raw),
        smscMessageId: `7F3A${String(1000 + number)}`,
        recipient: message.recipient.msisdn,
        messageState: state,
        errorCode: "000",
        operatorSubmitDate: "2603121015",
        operatorDoneDate: doneDate,
        doubt: undefined,
      });
      append(receivedAt, {
        event: "DeliveryReceipt",
        receiptId,
        segment: number,
        matchedBy: "id",
        messageState: state,
        errorCode: "000",
        operatorDoneDate: doneDate,
        receivedAt: receivedAt.toISOString(),
        rawSha256: sha256(raw),
        doubt: null,
      });
    }
  }
  if (options.conflict === true) {
    const raw = Buffer.from("id:1001 sub:001 dlvrd:000 stat:UNDELIV err:021");
    const receiptId = "019cdf8e-0000-7000-8000-000000000099" as ReceiptId;
    const [first] = receipts;
    const receivedAt = new Date(heardAt.getTime() + HOUR);
    const told = { messageState: "UNDELIVERABLE", errorCode: "021" } as const;
    if (first)
      receipts.push({ ...first, ...told, receiptId, receivedAt, raw, rawSha256: sha256(raw) });
    append(receivedAt, {
      ...told,
      event: "DeliveryReceipt",
      receiptId,
      segment: 1,
      matchedBy: "id",
      operatorDoneDate: "2603121115",
      receivedAt: receivedAt.toISOString(),
      rawSha256: sha256(raw),
      doubt: null,
    });
    append(new Date(receivedAt.getTime() + 26 * HOUR), {
      event: "ConflictDecided",
      as: kind === "negative" ? "notDelivered" : "delivered",
      conflict: "segment 1: UNDELIVERABLE was reported after DELIVERED",
      decidedBy: "M. Vila (SAU)",
      reason:
        "L’operador confirma per escrit (tiquet 4711) que el segon avís és d’un altre missatge.",
    });
  }
  const outcomeAt =
    kind === "negative" ? graceEnd : new Date(heardAt.getTime() + segments * SECOND);
  const decidedAt = options.conflict === true ? evidence.at(-1)?.at : undefined;
  append(decidedAt && decidedAt > outcomeAt ? decidedAt : outcomeAt, endOf());
  const view = foldMessage(evidence);
  if (!view.outcome) throw new Error("the facts have no outcome");

  function endOf(): EvidenceBody {
    const at = outcomeAt.toISOString();
    switch (kind) {
      case "positive":
        return { event: "ContentHandover", deliveredAt: at };
      case "negative":
        return { event: "ContentHandoverFailure", reason };
      case "corrective":
        return {
          event: "LateDelivery",
          receivedAt: at,
          deliveredAt: operatorDeliveredAt.toISOString(),
          verdict: "withinPeriod",
        };
    }
  }
  const endedAt = evidence.at(-1)?.at ?? outcomeAt;
  const issuedAt = options.issuedAt ?? new Date(endedAt.getTime() + 2 * SECOND);
  const csv = "7Q2M-4K8T-ZB31-9XWC-H5RD-0NVE";
  const dir3 = "L01080000";
  const csvRegulation = "https://sms.example.cat/politica";
  return {
    kind,
    csv,
    verificationUrl: `https://sms.example.cat/verifica/${csv}`,
    issuedAt,
    retainUntil: addDuration(issuedAt, { months: 60, milliseconds: 0 }),
    issuer: { name: "Certificacions Electròniques de Catalunya, SA", nif: "A00000000" },
    entity: {
      entityId: message.entityId,
      name: options.entityName ?? "Ajuntament de Vilanova de la Serra",
      nif: "P0800000A",
      dir3,
      enabled: true,
      certificatesEnabled: true,
    },
    logo: options.logo,
    username: "gestor.expedients",
    message,
    operator: "Operador Mòbil, SAU",
    segments: view.segments,
    outcome: view.outcome,
    evidence,
    receipts,
    eni: eniMetadata(
      { dir3, csv, issuedAt },
      { organ: undefined, series: undefined, csvRegulation },
    ),
    ...(kind === "corrective" && {
      outcome: { kind: "delivered", at: outcomeAt },
      corrects,
      operatorDeliveredAt,
    }),
  };
}
