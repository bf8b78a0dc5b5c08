import type { CertificateFacts } from "../../src/domain/certificate.ts";
import { sha256 } from "../../src/domain/content.ts";
import type { DeliveryReceipt, MessageState } from "../../src/domain/delivery-receipt.ts";
import { nextEvidence, type Evidence, type EvidenceBody } from "../../src/domain/evidence.ts";
import type { ReceiptId } from "../../src/domain/ids.ts";
import { foldMessage } from "../../src/domain/message.ts";
import type { NotDeliveredReason } from "../../src/domain/outcome.ts";
import { certificateFacts, type FactsOptions } from "./certificate-facts.ts";

/** What happened, and how many seconds after acceptance. */
export type Happening = readonly [seconds: number, body: EvidenceBody];

/** Facts of a message whose life after its acceptance is told step by step. */
export function toldFacts(
  options: Pick<FactsOptions, "kind" | "language" | "segments" | "text">,
  happenings: readonly Happening[],
): CertificateFacts {
  const base = certificateFacts(options);
  const { message } = base;
  const evidence: Evidence[] = base.evidence.slice(0, 1);
  for (const [seconds, body] of happenings) {
    evidence.push(nextEvidence(message.messageId, evidence.at(-1), instant(seconds), body));
  }
  const { segments, outcome } = foldMessage(evidence);
  if (!outcome) throw new Error("the story has no end");
  const receipts = evidence.flatMap(({ body }): DeliveryReceipt[] =>
    body.event === "DeliveryReceipt"
      ? [
          {
            receiptId: body.receiptId,
            operator: base.operator,
            receivedAt: new Date(body.receivedAt),
            raw: rawOf(body.receiptId),
            rawSha256: body.rawSha256,
            smscMessageId: undefined,
            recipient: message.recipient.msisdn,
            messageState: body.messageState,
            errorCode: body.errorCode ?? undefined,
            operatorSubmitDate: undefined,
            operatorDoneDate: body.operatorDoneDate ?? undefined,
            doubt: body.doubt ?? undefined,
          },
        ]
      : [],
  );
  const issuedAt = new Date((evidence.at(-1)?.at.getTime() ?? 0) + 2_000);
  return { ...base, issuedAt, evidence, segments, outcome, receipts };
}

/** The attempt to relay segments 1…n, at the start. */
export function attempt(segments: number): Happening {
  const numbers = Array.from({ length: segments }, (_, index) => index + 1);
  return [
    0.4,
    {
      event: "RelayAttempt",
      attempt: 1,
      operator: "Operador Mòbil, SAU",
      segments: numbers.map((number) => ({ number, payloadSha256: sha256(`payload ${number}`) })),
    },
  ];
}

/** The operator took segments 1…n, which are all. */
export function relayed(segments: number): Happening {
  return [0.9, { event: "RelayToNonERDS", attempt: 1, accepted: taken(segments) }];
}

/** The operator took segments 1…n, and its answer about the next one was lost. */
export function answerLost(accepted: number): Happening {
  const reason = "acceptanceNotConfirmed";
  const body = { attempt: 1, accepted: taken(accepted), reason, commandStatus: null } as const;
  return [1, { event: "RelayToNonERDSFailure", ...body }];
}

/** The operator took segments 1…n, and refused the next one for good. */
export function refused(accepted: number): Happening {
  const body = { attempt: 1, accepted: taken(accepted), reason: "refused" } as const;
  return [1, { event: "RelayToNonERDSFailure", ...body, commandStatus: 11 }];
}

function taken(segments: number) {
  return Array.from({ length: segments }, (_, index) => ({
    number: index + 1,
    smscMessageId: `7F3A${1001 + index}`,
    answeredAt: "2026-03-12T09:15:33.023Z",
  }));
}

/** A report that arrives so many seconds after acceptance. */
export function reported(
  seconds: number,
  messageState: MessageState,
  more: Partial<Extract<EvidenceBody, { event: "DeliveryReceipt" }>> = {},
): Happening {
  const number = String(Math.round(seconds * 10)).padStart(12, "0");
  const receiptId = `019cdf8e-0000-7000-8000-${number}` as ReceiptId;
  return [
    // It is matched a while after it arrives.
    seconds + (more.matchedBy === "recipient" ? 120 : 0.5),
    {
      event: "DeliveryReceipt",
      receiptId,
      segment: 1,
      matchedBy: "id",
      messageState,
      errorCode: null,
      operatorDoneDate: null,
      receivedAt: instant(seconds).toISOString(),
      rawSha256: sha256(rawOf(receiptId)),
      doubt: null,
      ...more,
    },
  ];
}

function rawOf(receiptId: string): Buffer {
  return Buffer.from(`receipt ${receiptId}`);
}

/** Closed as delivered, by a report that had arrived so many seconds after acceptance. */
export function handedOver(seconds: number, arrival: number): Happening {
  return [seconds, { event: "ContentHandover", deliveredAt: instant(arrival).toISOString() }];
}

/** Closed as not delivered, ten minutes after the five days. */
export function givenUp(reason: NotDeliveredReason): Happening {
  return [120 * 3_600 + 600, { event: "ContentHandoverFailure", reason }];
}

function instant(seconds: number): Date {
  return new Date(certificateFacts().message.acceptedAt.getTime() + seconds * 1_000);
}
