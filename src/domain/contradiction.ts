import { toldBy } from "./certificate.ts";
import { openConflict } from "./decide-outcome.ts";
import type { DecidedAs, Evidence } from "./evidence.ts";
import { foldMessage, IllegalEvidence } from "./message.ts";
import type { CertificateKind } from "./outcome.ts";

/** What was reported after a certificate became due and speaks against it. It stands all the same. */
export type Contradiction =
  /** A person has not decided yet. */
  | { readonly kind: "open"; readonly reportedAt: Date }
  | { readonly kind: "upheld"; readonly reportedAt: Date; readonly decidedAt: Date }
  | {
      readonly kind: "refuted";
      readonly reportedAt: Date;
      readonly decidedAt: Date;
      /** What the certificate states, and the decision does not. */
      readonly stated: DecidedAs;
    }
  /** Of a negative certificate: a delivery that nothing dates inside the period. */
  | { readonly kind: "lateDelivery"; readonly reportedAt: Date };

/**
 * What speaks against a certificate and cannot stand on it, because it came afterwards; undefined when
 * nothing does, and when the evidence cannot be read: that is told to those who keep it.
 */
export function contradictionOf(
  kind: CertificateKind,
  chain: readonly Evidence[],
): Contradiction | undefined {
  try {
    return contradiction(kind, chain);
  } catch (error) {
    if (error instanceof IllegalEvidence) return undefined;
    throw error;
  }
}

function contradiction(
  kind: CertificateKind,
  chain: readonly Evidence[],
): Contradiction | undefined {
  const { lateDelivery, ...view } = foldMessage(chain);
  const start = toldBy(kind, chain).length;
  const reportedAt = firstConflict(chain, start);
  if (reportedAt) {
    if (openConflict(view) !== undefined) return { kind: "open", reportedAt };
    const decision = chain.slice(start).findLast(({ body }) => body.event === "ConflictDecided");
    if (decision?.body.event === "ConflictDecided") {
      const told = { reportedAt, decidedAt: decision.at };
      const stated = STATED[kind];
      return decision.body.as === stated
        ? { kind: "upheld", ...told }
        : { kind: "refuted", ...told, stated };
    }
  }
  if (kind !== "negative" || !lateDelivery || lateDelivery.verdict === "withinPeriod") {
    return undefined;
  }
  return { kind: "lateDelivery", reportedAt: lateDelivery.receivedAt };
}

const STATED: Readonly<Record<CertificateKind, DecidedAs>> = {
  positive: "delivered",
  negative: "notDelivered",
  corrective: "delivered",
};

/** Arrival of the first report from a record on that made a conflict. */
function firstConflict(chain: readonly Evidence[], start: number): Date | undefined {
  const record = chain.find(
    ({ body }, index) =>
      index >= start &&
      body.event === "DeliveryReceipt" &&
      openConflict(foldMessage(chain.slice(0, index + 1))) !== undefined,
  );
  return record?.body.event === "DeliveryReceipt" ? new Date(record.body.receivedAt) : undefined;
}
