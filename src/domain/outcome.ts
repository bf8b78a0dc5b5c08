export type CertificateKind = "positive" | "negative" | "corrective";

/** Why a message counts as not delivered when its deadline has passed. */
export type NotDeliveredReason =
  | "expired"
  | "deleted"
  | "undeliverable"
  | "rejected"
  /** Relayed, and the operator never reported a final state for every segment. */
  | "noReceipt"
  /** The SMSC refused it. */
  | "refused"
  /** The link was lost before the SMSC answered. */
  | "acceptanceNotConfirmed"
  /** Its reports contradict each other, and a person decided that they prove no delivery. */
  | "contradicted"
  /** It never left the service. */
  | "notRelayed";

/** Final: a closed outcome never reopens. */
export type Outcome =
  | { readonly kind: "delivered"; readonly at: Date }
  | { readonly kind: "notDelivered"; readonly at: Date; readonly reason: NotDeliveredReason };

/** Only a delivery that the operator dates inside the period corrects a certificate. */
export type LateVerdict = "withinPeriod" | "outsidePeriod" | "noDoneDate";

/** A delivery that was reported when the outcome was closed as not delivered. */
export interface LateDelivery {
  /** Arrival of the receipt that completed it. */
  readonly receivedAt: Date;
  /** When it was delivered, as the operator dates it; undefined when it gives no date that can be read. */
  readonly deliveredAt: Date | undefined;
  readonly verdict: LateVerdict;
}
