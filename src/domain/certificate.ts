import type { DeliveryReceipt } from "./delivery-receipt.ts";
import type { EniMetadata } from "./eni.ts";
import type { Entity } from "./entity.ts";
import type { Logo } from "./logo.ts";
import type { Evidence } from "./evidence.ts";
import type { MessageView, SegmentView } from "./message.ts";
import type { CertificateKind, Outcome } from "./outcome.ts";
import type { Message } from "./submission.ts";

/** The trusted third party that certifies: neither the sender nor the operator. */
export interface Issuer {
  readonly name: string;
  readonly nif: string;
}

/**
 * Everything that a certificate states. The same facts give the same page: nothing else may reach it.
 */
export interface CertificateFacts {
  readonly kind: CertificateKind;
  /** Code printed on every page. */
  readonly csv: string;
  readonly verificationUrl: string;
  readonly issuedAt: Date;
  readonly retainUntil: Date;
  readonly issuer: Issuer;
  readonly entity: Entity;
  /** Of the entity, when it has registered one. */
  readonly logo?: Logo | undefined;
  readonly username: string;
  readonly message: Message;
  /** The mobile operator's name, as in its contract. */
  readonly operator: string;
  readonly segments: readonly SegmentView[];
  readonly outcome: Outcome;
  /** In order; the last record is the head of the chain. */
  readonly evidence: readonly Evidence[];
  /** The raw receipts that the evidence names, in order of arrival. */
  readonly receipts: readonly DeliveryReceipt[];
  /** The code of the negative certificate that a corrective one corrects. */
  readonly corrects?: string | undefined;
  /** Undefined when no organ is known. */
  readonly eni?: EniMetadata | undefined;
  /** When the late delivery took place, as the operator dates it: what a corrective one rests on. */
  readonly operatorDeliveredAt?: Date | undefined;
}

/** The file of a certificate, complete: nothing is added to it later. */
export interface SealedCertificate {
  readonly pdf: Buffer;
  /** SHA-256 of the file, in hexadecimal. */
  readonly sha256: string;
  /** The instant in the time-stamp token. */
  readonly stampedAt: Date;
}

/** The kind of certificate that an outcome calls for. */
export function certificateKind(outcome: Outcome): CertificateKind {
  return outcome.kind === "delivered" ? "positive" : "negative";
}

/** Every certificate that a message is to have, in the order in which they are issued. */
export function kindsDue({ outcome, lateDelivery }: MessageView): CertificateKind[] {
  if (!outcome) return [];
  const corrected = lateDelivery?.verdict === "withinPeriod";
  return [certificateKind(outcome), ...(corrected ? (["corrective"] as const) : [])];
}

/** Whether a message may get a certificate of a kind, or any; a correction only once its reason is known. */
export function mayCome(kind: CertificateKind | undefined, view: MessageView): boolean {
  if (view.stage.name === "cancelled") return false;
  if (kind === undefined) return true;
  return view.outcome ? kindsDue(view).includes(kind) : kind !== "corrective";
}

/** A certificate tells what was known when it became due: what comes later is another one's. */
export function toldBy(kind: CertificateKind, chain: readonly Evidence[]): Evidence[] {
  const end = chain.findIndex(({ body: { event } }) =>
    kind === "corrective"
      ? event === "LateDelivery"
      : event === "ContentHandover" || event === "ContentHandoverFailure",
  );
  return chain.slice(0, end + 1);
}

/** The seal or a time-stamp is not to be had now: the message waits for its certificate. */
export class CertificateDelayed extends Error {
  override readonly name = "CertificateDelayed";
}

/** The store of certificate files cannot be asked now. */
export class ObjectStoreUnavailable extends Error {
  override readonly name = "ObjectStoreUnavailable";
}
