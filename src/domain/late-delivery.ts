import type { MessageView } from "./message.ts";
import { readOperatorDate } from "./operator-date.ts";
import type { LateDelivery } from "./outcome.ts";

export interface LateInstants {
  /** Acceptance, or the scheduled instant. */
  readonly from: Date;
  readonly receiptDeadline: Date;
  /** The deadline plus the time allowed for receipts in flight. */
  readonly decideAt: Date;
  /** Zone of the operator's dates. */
  readonly zone: string;
}

/**
 * What a delivery means that is complete only after a negative outcome. A segment whose receipt came
 * in time needs no date; for the others nothing speaks but the date that the operator gives, which
 * must lie inside the five days in every way it can be read. Undefined when there is no such delivery,
 * when a person has to decide first, or when it was judged before.
 */
export function judgeLateDelivery(
  view: MessageView,
  instants: LateInstants,
): LateDelivery | undefined {
  const { outcome, lateDelivery, segments } = view;
  if (outcome?.kind !== "notDelivered" || lateDelivery) return undefined;
  if (segments.some(({ conflict }) => conflict !== undefined)) return undefined;
  const arrivals = segments.flatMap(({ messageState, stateAt }) =>
    messageState === "DELIVERED" && stateAt ? [stateAt] : [],
  );
  if (segments.length === 0 || arrivals.length < segments.length) return undefined;
  const receivedAt = new Date(Math.max(...arrivals.map((at) => at.getTime())));
  const { from, receiptDeadline, decideAt, zone } = instants;
  const late = (at: Date | undefined): boolean => receivedAt <= decideAt || !at || at > decideAt;
  const dates = segments.map(({ stateAt, operatorDoneDate }) => {
    if (stateAt && !late(stateAt)) return { earliest: stateAt, latest: stateAt };
    const plausible = { after: from, before: receivedAt };
    return operatorDoneDate === undefined
      ? undefined
      : readOperatorDate(operatorDoneDate, zone, plausible);
  });
  const known = dates.filter((date) => date !== undefined);
  if (known.length < segments.length) {
    return { receivedAt, deliveredAt: undefined, verdict: "noDoneDate" };
  }
  const deliveredAt = new Date(Math.max(...known.map(({ earliest }) => earliest.getTime())));
  const inside = known.every(
    ({ latest }, index) =>
      !late(segments[index]?.stateAt) || (latest >= from && latest <= receiptDeadline),
  );
  return { receivedAt, deliveredAt, verdict: inside ? "withinPeriod" : "outsidePeriod" };
}
