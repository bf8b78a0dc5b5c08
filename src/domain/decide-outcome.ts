import { ofSegment } from "./conflict.ts";
import { isFinal } from "./delivery-receipt.ts";
import { mayFollow, type MessageView, type SegmentView } from "./message.ts";
import type { NotDeliveredReason, Outcome } from "./outcome.ts";

/** What to do with a message now. */
export type Decision =
  | { readonly kind: "settle"; readonly outcome: Outcome }
  | { readonly kind: "wait"; readonly until: Date }
  /** The operator contradicts itself: nothing is certified until a person decides. */
  | { readonly kind: "hold"; readonly why: string };

export interface SettleInstants {
  readonly now: Date;
  /** 120 h after acceptance, or after the scheduled instant. */
  readonly receiptDeadline: Date;
  /** The deadline plus the time allowed for receipts in flight. */
  readonly decideAt: Date;
}

/**
 * Delivered as soon as every segment is DELIVERED; not delivered only when the deadline and the grace
 * for receipts in flight have passed. A doubtful or contradicted receipt certifies nothing.
 */
export function decideOutcome(view: MessageView, instants: SettleInstants): Decision {
  const why = openConflict(view);
  if (why !== undefined) return { kind: "hold", why };
  // While an answer of the SMSC is on its way, and wherever a delivery cannot follow, nothing is.
  const possible = mayFollow(view.stage, "ContentHandover") && view.decision !== "notDelivered";
  const delivered = possible ? deliveredAt(view.segments) : undefined;
  if (delivered && delivered <= instants.decideAt) {
    return { kind: "settle", outcome: { kind: "delivered", at: delivered } };
  }
  if (instants.now < instants.decideAt) return { kind: "wait", until: instants.decideAt };
  return {
    kind: "settle",
    outcome: { kind: "notDelivered", at: instants.receiptDeadline, reason: reasonFor(view) },
  };
}

/** Which reports a person has to decide about; undefined when there are none. */
export function openConflict(view: MessageView): string | undefined {
  const held = view.segments.find(({ conflict }) => conflict !== undefined);
  return held && ofSegment(held.number, held.conflict ?? "");
}

function deliveredAt(segments: readonly SegmentView[]): Date | undefined {
  const arrivals = segments.flatMap((segment) =>
    segment.messageState === "DELIVERED" && segment.stateAt ? [segment.stateAt] : [],
  );
  if (segments.length === 0 || arrivals.length < segments.length) return undefined;
  return new Date(Math.max(...arrivals.map((at) => at.getTime())));
}

function reasonFor(view: MessageView): NotDeliveredReason {
  if (view.decision === "notDelivered") return "contradicted";
  const failed = view.segments.find(
    ({ messageState }) =>
      messageState !== undefined && messageState !== "DELIVERED" && isFinal(messageState),
  );
  switch (failed?.messageState) {
    case "EXPIRED":
      return "expired";
    case "DELETED":
      return "deleted";
    case "UNDELIVERABLE":
      return "undeliverable";
    case "REJECTED":
      return "rejected";
    default:
  }
  switch (view.stage.name) {
    case "accepted":
      return typeof view.stage.deferredWith === "number" ? "refused" : "notRelayed";
    case "refused":
      return "refused";
    case "relaying":
    case "indeterminate":
      return "acceptanceNotConfirmed";
    default:
      return "noReceipt";
  }
}
