import type { Stage } from "../../domain/message.ts";
import type { CertificateKind, NotDeliveredReason, Outcome } from "../../domain/outcome.ts";
import type { MessageStatus } from "../../lifecycle/calls/tell-status.ts";

/** The words of the product's schema for ours. A member that is added does not compile without one. */
export const STAGES: Readonly<Record<Stage["name"], string>> = {
  accepted: "ACCEPTAT",
  relaying: "EN_TRANSMISSIO",
  relayed: "TRANSMES",
  indeterminate: "INDETERMINAT",
  refused: "REFUSAT",
  undeliverable: "NO_LLIURABLE",
  delivered: "LLIURAT",
  notDelivered: "NO_LLIURAT",
  cancelled: "ANULLAT",
};

export const OUTCOMES: Readonly<Record<Outcome["kind"], string>> = {
  delivered: "LLIURAT",
  notDelivered: "NO_LLIURAT",
};

export const REASONS: Readonly<Record<NotDeliveredReason, string>> = {
  expired: "CADUCAT",
  deleted: "ESBORRAT",
  undeliverable: "NO_LLIURABLE",
  rejected: "REBUTJAT",
  noReceipt: "SENSE_JUSTIFICANT",
  refused: "REFUSAT",
  acceptanceNotConfirmed: "ACCEPTACIO_NO_CONFIRMADA",
  notRelayed: "NO_TRANSMES",
  contradicted: "CONTRADICTORI",
};

export const KINDS: Readonly<Record<CertificateKind, string>> = {
  positive: "POSITIU",
  negative: "NEGATIU",
  corrective: "CORRECTIU",
};

export const CERTIFICATE_STATES: Readonly<Record<MessageStatus["certificate"]["state"], string>> = {
  pending: "PENDENT",
  issued: "EMES",
  none: "CAP",
};
