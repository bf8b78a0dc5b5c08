import type { EvidenceEvent } from "./evidence.ts";
import type { EntityId, MessageId } from "./ids.ts";

/** What a back office may ask to be told. */
export const CALLBACK_EVENTS = [
  "relayed",
  "refused",
  "delivered",
  "notDelivered",
  "deliveredLate",
  "cancelled",
  "certificateIssued",
  "certificateMailed",
  "notDeliveredYet",
] as const;
export type CallbackEvent = (typeof CALLBACK_EVENTS)[number];

/** The evidence that each of them rests on; what is not here is told to nobody. */
export const EVENT_OF: Partial<Record<EvidenceEvent, CallbackEvent>> = {
  RelayToNonERDS: "relayed",
  RelayToNonERDSFailure: "refused",
  ContentHandover: "delivered",
  ContentHandoverFailure: "notDelivered",
  LateDelivery: "deliveredLate",
  SubmissionCancelled: "cancelled",
  CertificateIssued: "certificateIssued",
  CertificateMailed: "certificateMailed",
};

/** How an endpoint is to be convinced that it is us who call. */
export type CallbackSecurity =
  | { readonly kind: "none" }
  | {
      readonly kind: "passwordText" | "passwordDigest";
      readonly username: string;
      readonly secret: string;
    }
  | { readonly kind: "hmac"; readonly secret: string };

/** An endpoint of an entity. */
export interface CallbackTarget {
  readonly entityId: EntityId;
  readonly style: "soap" | "json";
  readonly url: string;
  readonly security: CallbackSecurity;
}

/** One thing that is told. It may be told twice: `eventId` is then the same. */
export interface CallbackNotice {
  readonly eventId: string;
  readonly event: CallbackEvent;
  readonly at: Date;
  /** Tax number of the entity. */
  readonly nif: string;
  readonly messageId: MessageId;
  readonly clientReference: string;
  readonly stage: string;
  readonly certificate:
    { readonly kind: string; readonly csv: string; readonly verificationUrl: string } | undefined;
}
