import type { MessageState } from "../domain/delivery-receipt.ts";
import type { AlphabetOptions } from "./alphabet.ts";
import type { IdConvention } from "./message-id.ts";

export const MESSAGE_STATE_WORDS: readonly MessageState[] = [
  "ENROUTE",
  "DELIVERED",
  "EXPIRED",
  "DELETED",
  "UNDELIVERABLE",
  "ACCEPTED",
  "UNKNOWN",
  "REJECTED",
];

/** A type of number and a numbering plan; SMPP 3.4, 5.2.5 and 5.2.6. */
export interface NumberKind {
  readonly ton: number;
  readonly npi: number;
}

/**
 * How one operator speaks SMPP. Each member is a question to ask the operator; the README of this
 * folder says why.
 */
export interface Dialect extends AlphabetOptions {
  /** The base in which answers and receipts write the same message id. Never guessed. */
  readonly idConvention: IdConvention;
  /** Whether receipted_message_id is written as the answer wrote it or as the text of a receipt does. */
  readonly receiptedMessageId: "response" | "receipt";
  /** Words after `stat:` that this operator uses beside those of Appendix B. */
  readonly extraStates: Readonly<Record<string, MessageState>>;
  /** Whether a receipt comes from the phone (`swapped`, the rule) or repeats the submit's addresses. */
  readonly receiptAddresses: "swapped" | "asSubmitted";
  /** Ask for intermediate notifications too (registered_delivery 0x11 instead of 0x01). */
  readonly intermediateReceipts: boolean;
  /** With a plus sign, or digits only. */
  readonly destinationForm: "digits" | "plus";
  readonly destination: NumberKind;
  /** Of a sender that is all digits. */
  readonly numericSender: NumberKind;
  /** Of a sender with letters: at most 11 characters of GSM 03.38. */
  readonly aliasSender: NumberKind;
  readonly serviceType: string;
  readonly protocolId: number;
  readonly priorityFlag: number;
  /** The longest validity_period that it takes, in seconds; longer ones are lowered to it. */
  readonly longestValidity: number;
}

export const DEFAULT_DIALECT: Dialect = {
  concatenation: "udh",
  defaultAlphabet: "gsm",
  idConvention: "raw",
  receiptedMessageId: "response",
  extraStates: {},
  receiptAddresses: "swapped",
  intermediateReceipts: false,
  destinationForm: "digits",
  destination: { ton: 1, npi: 1 },
  numericSender: { ton: 1, npi: 1 },
  aliasSender: { ton: 5, npi: 0 },
  serviceType: "",
  protocolId: 0,
  priorityFlag: 0,
  longestValidity: 5 * 24 * 3600,
};
