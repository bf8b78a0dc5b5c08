import { AFTER_DECISION, contradiction } from "./conflict.ts";
import { isFinal, type MessageState } from "./delivery-receipt.ts";
import type { DecidedAs, EvidenceBody } from "./evidence.ts";

/** One submit_sm of the message, as the evidence tells it. */
export interface SegmentView {
  readonly number: number;
  readonly payloadSha256?: string | undefined;
  readonly smscMessageId?: string | undefined;
  readonly relayedAt?: Date | undefined;
  /** The first final state, else the last one reported. */
  readonly messageState?: MessageState | undefined;
  /** Arrival of the receipt that told it. */
  readonly stateAt?: Date | undefined;
  readonly errorCode?: string | undefined;
  readonly operatorDoneDate?: string | undefined;
  /** Why its receipts cannot be relied upon; gone when a person has decided. */
  readonly conflict?: string | undefined;
  /** What a person decided about its conflict. */
  readonly decided?: DecidedAs | undefined;
  /** The first report of a delivery and of a failure, doubtful or not: what a person decides upon. */
  readonly saidDelivered?: Report | undefined;
  readonly saidFailed?: Report | undefined;
}

interface Report {
  readonly messageState: MessageState;
  readonly stateAt: Date;
  readonly errorCode: string | undefined;
  readonly operatorDoneDate: string | undefined;
}

export type ReceiptBody = Extract<EvidenceBody, { event: "DeliveryReceipt" }>;

/** The first final state stands; what contradicts it, and what is doubtful, is a conflict. */
export function afterReceipt(before: SegmentView, body: ReceiptBody): SegmentView {
  const { messageState } = body;
  const report: Report = {
    messageState,
    stateAt: new Date(body.receivedAt),
    errorCode: body.errorCode ?? undefined,
    operatorDoneDate: body.operatorDoneDate ?? undefined,
  };
  const segment = remember(before, report);
  if (body.doubt !== null) return withConflict(segment, body.doubt);
  if (segment.decided === "notDelivered") {
    return messageState === "DELIVERED" ? withConflict(segment, AFTER_DECISION) : segment;
  }
  if (segment.messageState !== undefined && isFinal(segment.messageState)) {
    if (!isFinal(messageState) || messageState === segment.messageState) return segment;
    return withConflict(segment, contradiction(messageState, segment.messageState));
  }
  return { ...segment, ...report };
}

function remember(segment: SegmentView, report: Report): SegmentView {
  if (!isFinal(report.messageState)) return segment;
  const name = report.messageState === "DELIVERED" ? "saidDelivered" : "saidFailed";
  return segment[name] ? segment : { ...segment, [name]: report };
}

function withConflict(segment: SegmentView, why: string): SegmentView {
  return { ...segment, conflict: segment.conflict ?? why };
}

/** A person says which of the reports is to be believed. */
export function afterDecision(segment: SegmentView, as: DecidedAs): SegmentView {
  if (segment.conflict === undefined) return segment;
  const believed = as === "delivered" ? segment.saidDelivered : segment.saidFailed;
  const nothing = {
    messageState: undefined,
    stateAt: undefined,
    errorCode: undefined,
    operatorDoneDate: undefined,
  };
  return { ...segment, ...(believed ?? nothing), decided: as, conflict: undefined };
}
