import { sha256 } from "./content.ts";
import type { MessageState } from "./delivery-receipt.ts";
import type { CertificateKind, LateVerdict, NotDeliveredReason } from "./outcome.ts";
import type { MessageId, ReceiptId } from "./ids.ts";

/** A segment that the SMSC took, with the id that it gave, verbatim. */
export interface AcceptedSegment {
  readonly number: number;
  readonly smscMessageId: string;
  /** ISO 8601, UTC: when the answer reached us. */
  readonly answeredAt: string;
}

/**
 * What one record attests. Events are named as in ETSI EN 319 522-1, clause 6, where it has a name
 * for them; the others are ours. Instants inside are ISO 8601 strings, because the record is hashed.
 */
export type EvidenceBody =
  | {
      readonly event: "SubmissionAcceptance";
      readonly recipient: string;
      readonly textSha256: string;
      readonly segmentCount: number;
      readonly receiptDeadline: string;
      readonly scheduledAt?: string | undefined;
      /** Where an alphanumeric sender stood in the register of the CNMC when the message was accepted. */
      readonly alias?:
        { readonly registration: string; readonly registerNumber?: string | undefined } | undefined;
      /** On whose request and for what, as far as it was said. */
      readonly request?:
        | {
            readonly fileNumber?: string | undefined;
            readonly purpose?: string | undefined;
            readonly consent?: string | undefined;
            readonly officer?: string | undefined;
          }
        | undefined;
    }
  | {
      /** Ours: the entity takes back what was not relayed yet. */
      readonly event: "SubmissionCancelled";
      /** The user. */
      readonly cancelledBy: string;
    }
  | {
      /** Ours: written before the bytes go out. */
      readonly event: "RelayAttempt";
      readonly attempt: number;
      readonly operator: string;
      readonly segments: readonly { readonly number: number; readonly payloadSha256: string }[];
    }
  | {
      /** Ours: refused for now; the rest is tried again. */
      readonly event: "RelayDeferred";
      readonly attempt: number;
      readonly accepted: readonly AcceptedSegment[];
      readonly commandStatus: number | null;
    }
  | {
      readonly event: "RelayToNonERDS";
      readonly attempt: number;
      readonly accepted: readonly AcceptedSegment[];
    }
  | {
      readonly event: "RelayToNonERDSFailure";
      readonly attempt: number;
      readonly accepted: readonly AcceptedSegment[];
      readonly reason: "refused" | "acceptanceNotConfirmed";
      readonly commandStatus: number | null;
    }
  | {
      /** Ours: a delivery receipt was matched to a segment. */
      readonly event: "DeliveryReceipt";
      readonly receiptId: ReceiptId;
      readonly segment: number;
      /** `recipient`: the submit answer was lost; only the number and the time speak for the match. */
      readonly matchedBy: "id" | "recipient";
      readonly messageState: MessageState;
      readonly errorCode: string | null;
      readonly operatorDoneDate: string | null;
      readonly receivedAt: string;
      readonly rawSha256: string;
      readonly doubt: string | null;
    }
  | {
      /** Ours: a person orders that a message whose acceptance was not confirmed is sent again. */
      readonly event: "ResendOrdered";
      readonly orderedBy: string;
      readonly reason: string;
    }
  | {
      readonly event: "ContentHandover";
      /** The arrival of the receipt that completed the delivery. */
      readonly deliveredAt: string;
    }
  | {
      readonly event: "ContentHandoverFailure";
      readonly reason: NotDeliveredReason;
    }
  | {
      /** Ours: a delivery was reported after the negative outcome, which stays. */
      readonly event: "LateDelivery";
      /** The arrival of the receipt that completed the delivery. */
      readonly receivedAt: string;
      /** As the operator dates it; null when it gives no date that can be read. */
      readonly deliveredAt: string | null;
      readonly verdict: LateVerdict;
    }
  | {
      /** Ours: a person decides what reports that cannot be relied upon are worth. */
      readonly event: "ConflictDecided";
      readonly as: DecidedAs;
      /** What was decided about. */
      readonly conflict: string;
      readonly decidedBy: string;
      readonly reason: string;
    }
  | {
      /** Ours. */
      readonly event: "CertificateIssued";
      readonly kind: CertificateKind;
      readonly csv: string;
      readonly sha256: string;
    }
  | {
      /** Ours: the mail server took the mail with a certificate. */
      readonly event: "CertificateMailed";
      readonly kind: CertificateKind;
      /** SHA-256 of the address in lower case. */
      readonly mailboxSha256: string;
      /** What the mail server said. */
      readonly reply: string;
    };

/** What a person may decide about a conflict. */
export type DecidedAs = "delivered" | "notDelivered";

export type EvidenceEvent = EvidenceBody["event"];

/** An attested, append-only record of one event, chained to the one before. */
export interface Evidence {
  readonly messageId: MessageId;
  /** 1…n, without a gap. */
  readonly seq: number;
  readonly at: Date;
  readonly body: EvidenceBody;
  /** SHA-256 of the record before, in hexadecimal; 64 zeros before the first. */
  readonly previousSha256: string;
  readonly sha256: string;
}

const CHAIN_START = "0".repeat(64);

/** JSON with sorted keys and no white space, so that the same facts give the same bytes (RFC 8785). */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value instanceof Date) return JSON.stringify(value.toISOString());
  if (value !== null && typeof value === "object") {
    const members = value as Readonly<Record<string, unknown>>;
    let text = "";
    for (const key of Object.keys(members).sort()) {
      const member = members[key];
      if (member === undefined) continue;
      text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${canonicalJson(member)}`;
    }
    return `{${text}}`;
  }
  return JSON.stringify(value);
}

/** The hash of a record covers everything in it and the hash of the record before. */
function evidenceSha256(record: Omit<Evidence, "sha256">): string {
  return sha256(
    canonicalJson({
      messageId: record.messageId,
      seq: record.seq,
      at: record.at.toISOString(),
      body: record.body,
      previousSha256: record.previousSha256,
    }),
  );
}

/** The record that follows a chain; an empty chain starts at 1. */
export function nextEvidence(
  messageId: MessageId,
  head: Pick<Evidence, "seq" | "sha256"> | undefined,
  at: Date,
  body: EvidenceBody,
): Evidence {
  const record = {
    messageId,
    seq: (head?.seq ?? 0) + 1,
    at,
    body,
    previousSha256: head?.sha256 ?? CHAIN_START,
  };
  return { ...record, sha256: evidenceSha256(record) };
}

/** The number of the first record that does not follow from the one before; undefined when all do. */
export function brokenLink(chain: readonly Evidence[]): number | undefined {
  let previous = CHAIN_START;
  for (const [index, record] of chain.entries()) {
    const follows =
      record.seq === index + 1 &&
      record.previousSha256 === previous &&
      record.sha256 === evidenceSha256(record);
    if (!follows) return index + 1;
    previous = record.sha256;
  }
  return undefined;
}
