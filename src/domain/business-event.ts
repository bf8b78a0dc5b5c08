import type { CertificateKind, LateVerdict, NotDeliveredReason } from "./outcome.ts";
import type { MessageState } from "./delivery-receipt.ts";

/**
 * What has just become durable about a message, or what stands in its way: the log and the metrics tell
 * it. It names messages by their ids and holds no personal data.
 */
export type BusinessEvent =
  | {
      readonly name: "accepted";
      readonly messageId: string;
      readonly entityId: string;
      readonly segments: number;
      /** Of the call that handed it over. */
      readonly correlationId: string | undefined;
    }
  | {
      readonly name: "relayed";
      readonly messageId: string;
      readonly result: RelayResult;
      readonly attempt: number;
      /** The last refusal of the SMSC. */
      readonly commandStatus: number | undefined;
    }
  | {
      readonly name: "receipt";
      readonly messageId: string;
      readonly segment: number;
      readonly messageState: MessageState;
    }
  | {
      readonly name: "settled";
      readonly messageId: string;
      readonly outcome: "delivered" | NotDeliveredReason;
    }
  /** A delivery was reported after the negative outcome; only one inside the period corrects it. */
  | { readonly name: "deliveredLate"; readonly messageId: string; readonly verdict: LateVerdict }
  | { readonly name: "certified"; readonly messageId: string; readonly kind: CertificateKind }
  | { readonly name: "notified"; readonly messageId: string }
  /** A step failed and is tried again by itself. */
  | {
      readonly name: "putOff";
      readonly messageId: string;
      readonly step: string;
      readonly attempts: number;
      readonly cause: string;
    }
  /** A step waits for a person. */
  | {
      readonly name: "givenUp";
      readonly messageId: string;
      readonly step: string;
      readonly cause: string;
    }
  /** A request of a batch failed and is tried again by itself. */
  | {
      readonly name: "requestPutOff";
      readonly batchId: string;
      readonly attempts: number;
      readonly cause: string;
    }
  /** It is tried no more: its answer says so, and by which id it is found here. */
  | {
      readonly name: "requestGivenUp";
      readonly batchId: string;
      readonly correlationId: string;
      readonly cause: string;
    }
  /** Receipts contradict each other: nothing is certified until a person decides. */
  | { readonly name: "conflict"; readonly messageId: string; readonly cause: string }
  /** The file of a certificate is not there, or not the one that was certified. */
  | {
      readonly name: "fileDamaged";
      readonly messageId: string;
      readonly kind: CertificateKind;
      readonly problem: "missing" | "differs";
    }
  /** What a night's reading of certificates came to. */
  | { readonly name: "filesRead"; readonly files: number; readonly failures: number }
  /** Partitions of the months to come could not be made, or fewer than two months have theirs. */
  | { readonly name: "monthsNotMade"; readonly cause: string }
  | { readonly name: "monthsShort"; readonly monthsAhead: number }
  /** The retention of certificates is over; they and what belongs to them are gone. */
  | { readonly name: "purged"; readonly certificates: number };

/** What one attempt to relay came to; `deferred` is tried again by itself. */
export type RelayResult = "relayed" | "refused" | "indeterminate" | "deferred";
