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
  /** It never left the service. */
  | "notRelayed";

/** Final: a closed outcome never reopens. */
export type Outcome =
  | { readonly kind: "delivered"; readonly at: Date }
  | { readonly kind: "notDelivered"; readonly at: Date; readonly reason: NotDeliveredReason };
