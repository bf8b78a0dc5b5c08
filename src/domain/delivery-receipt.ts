import type { ReceiptId } from "./ids.ts";

/** SMPP 3.4, 5.2.28 message_state, and what lies outside it. */
export type MessageState =
  | "ENROUTE"
  | "DELIVERED"
  | "EXPIRED"
  | "DELETED"
  | "UNDELIVERABLE"
  | "ACCEPTED"
  | "UNKNOWN"
  | "REJECTED"
  | "UNRECOGNISED";

/** What one report of the operator says, free of the protocol that carried it. */
export interface DeliveryReceipt {
  readonly receiptId: ReceiptId;
  /** The operator's name in our settings. */
  readonly operator: string;
  readonly receivedAt: Date;
  /** The bytes as they came; the evidence. */
  readonly raw: Buffer;
  readonly rawSha256: string;
  /** The id that joins it to a submit_sm_resp, in the operator's canonical form. */
  readonly smscMessageId: string | undefined;
  readonly recipient: string | undefined;
  readonly messageState: MessageState;
  /** `err:` or network_error_code, verbatim; it has no common meaning among operators. */
  readonly errorCode: string | undefined;
  /** The operator's own dates, verbatim: they carry no zone. */
  readonly operatorSubmitDate: string | undefined;
  readonly operatorDoneDate: string | undefined;
  /** The report contradicts itself or was read only by relaxing a rule: it certifies nothing. */
  readonly doubt: string | undefined;
}

/** Final states settle a segment; the others decide nothing. */
export function isFinal(state: MessageState): boolean {
  switch (state) {
    case "DELIVERED":
    case "EXPIRED":
    case "DELETED":
    case "UNDELIVERABLE":
    case "REJECTED":
      return true;
    case "ENROUTE":
    case "ACCEPTED":
    case "UNKNOWN":
    case "UNRECOGNISED":
      return false;
  }
}

/** Between which instants the operator's reports have reached the service without a break. */
export interface Heard {
  readonly since: Date;
  readonly until: Date;
}
