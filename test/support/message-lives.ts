import fc from "fast-check";
import { HOUR, MINUTE, SECOND } from "../../src/domain/clock.ts";
import { decideOutcome, openConflict } from "../../src/domain/decide-outcome.ts";
import type { MessageState } from "../../src/domain/delivery-receipt.ts";
import {
  nextEvidence,
  type AcceptedSegment,
  type DecidedAs,
  type Evidence,
  type EvidenceBody,
} from "../../src/domain/evidence.ts";
import type { MessageId, ReceiptId } from "../../src/domain/ids.ts";
import { judgeLateDelivery } from "../../src/domain/late-delivery.ts";
import {
  foldMessage,
  IllegalEvidence,
  tryFold,
  type MessageView,
} from "../../src/domain/message.ts";

const MESSAGE = "019a0000-0000-7000-8000-000000000001" as MessageId;
export const from = new Date("2026-11-24T10:00:00Z");
export const receiptDeadline = new Date(from.getTime() + 120 * HOUR);
export const decideAt = new Date(receiptDeadline.getTime() + 10 * MINUTE);
const instants = { from, receiptDeadline, decideAt, zone: "UTC" };

/** What happens next, in any order: what cannot follow is refused by the fold, and does not happen. */
type Happening =
  | { readonly what: "attempt" | "relayed" | "resend" }
  | { readonly what: "deferred" | "refused" | "lost"; readonly accepted: number }
  | { readonly what: "receipt"; readonly heard: Heard }
  | { readonly what: "decision"; readonly as: DecidedAs }
  | { readonly what: "time"; readonly milliseconds: number }
  /** The clock comes so near to the instant at which it may be decided. */
  | { readonly what: "deadline"; readonly offset: number };

interface Heard {
  readonly segment: number;
  readonly messageState: MessageState;
  readonly doubt: string | null;
  /** Hours after the acceptance that the operator writes, a text that is no date, or none. */
  readonly done: number | string | null;
  /** How long it lay in the inbox before it was matched, in milliseconds. */
  readonly lay: number;
}

const heard: fc.Arbitrary<Heard> = fc.record({
  segment: fc.integer({ min: 1, max: 3 }),
  messageState: fc.oneof(
    { weight: 6, arbitrary: fc.constant<MessageState>("DELIVERED") },
    {
      weight: 2,
      arbitrary: fc.constantFrom<MessageState>("ACCEPTED", "ENROUTE", "UNKNOWN", "UNRECOGNISED"),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom<MessageState>("EXPIRED", "DELETED", "UNDELIVERABLE", "REJECTED"),
    },
  ),
  doubt: fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, fc.constant("text and TLV differ")),
  done: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(0, 1, 60, 119) },
    fc.constantFrom(-500, -1, 119.99, 120, 121, "ahir al vespre", null),
  ),
  lay: fc.constantFrom(0, 0, SECOND, 15 * MINUTE),
});

const happening = fc.oneof(
  { weight: 12, arbitrary: fc.record({ what: fc.constant("receipt" as const), heard }) },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constantFrom("attempt" as const, "relayed", "relayed", "resend"),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constantFrom("deferred" as const, "refused", "lost"),
      accepted: fc.integer({ min: 0, max: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant("decision" as const),
      as: fc.constantFrom<DecidedAs>("delivered", "notDelivered"),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant("time" as const),
      milliseconds: fc.constantFrom(SECOND, 10 * MINUTE, HOUR, 20 * HOUR, 60 * HOUR),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant("deadline" as const),
      offset: fc.constantFrom(-10 * MINUTE, -1, 0, 1, 4 * HOUR),
    }),
  },
);

interface Life {
  readonly segments: number;
  /** Most are relayed before anything else happens to them. */
  readonly relayedFirst: boolean;
  readonly happenings: readonly Happening[];
}

export const life: fc.Arbitrary<Life> = fc.record({
  segments: fc.integer({ min: 1, max: 3 }),
  relayedFirst: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, fc.constant(false)),
  happenings: fc.array(happening, { minLength: 1, maxLength: 16 }),
});

interface Moment {
  readonly now: Date;
  readonly chain: readonly Evidence[];
  readonly view: MessageView;
}

/** Lives the life of one message, deciding after each happening as the steps of the service do. */
export function live({ segments, relayedFirst, happenings }: Life): Moment[] {
  let now = from;
  const chain = [
    nextEvidence(MESSAGE, undefined, from, {
      event: "SubmissionAcceptance",
      recipient: "+34600100000",
      textSha256: "00",
      segmentCount: segments,
      receiptDeadline: receiptDeadline.toISOString(),
    }),
  ];
  const moments: Moment[] = [{ now, chain: [...chain], view: foldMessage(chain) }];

  function append(body: EvidenceBody): void {
    const record = nextEvidence(MESSAGE, chain.at(-1), now, body);
    const view = tryFold([...chain, record]);
    if (view instanceof IllegalEvidence) return;
    chain.push(record);
    moments.push({ now, chain: [...chain], view });
  }

  function decide(): void {
    const view = foldMessage(chain);
    if (!view.outcome) {
      const decision = decideOutcome(view, { now, receiptDeadline, decideAt });
      if (decision.kind !== "settle") return;
      const { outcome } = decision;
      append(
        outcome.kind === "delivered"
          ? { event: "ContentHandover", deliveredAt: outcome.at.toISOString() }
          : { event: "ContentHandoverFailure", reason: outcome.reason },
      );
      if (!foldMessage(chain).outcome) throw new Error("what is decided cannot be written down");
    }
    const late = judgeLateDelivery(foldMessage(chain), instants);
    if (!late) return;
    append({
      event: "LateDelivery",
      receivedAt: late.receivedAt.toISOString(),
      deliveredAt: late.deliveredAt?.toISOString() ?? null,
      verdict: late.verdict,
    });
  }

  /** A person decides only about what is held, and "delivered" only where it leads to that. */
  function decisionOf(as: DecidedAs): void {
    const conflict = openConflict(foldMessage(chain));
    if (conflict === undefined) return;
    const body = { event: "ConflictDecided", as, conflict, decidedBy: "A", reason: "B" } as const;
    const view = foldMessage([...chain, nextEvidence(MESSAGE, chain.at(-1), now, body)]);
    if (as === "notDelivered" ? view.outcome?.kind !== "delivered" : leadsToDelivery(view)) {
      append(body);
    }
  }

  function leadsToDelivery(view: MessageView): boolean {
    if (view.outcome?.kind === "delivered" || view.lateDelivery) return true;
    const next = decideOutcome(view, { now, receiptDeadline, decideAt });
    if (!view.outcome && next.kind !== "settle") return false;
    if (next.kind === "settle" && !view.outcome && next.outcome.kind === "delivered") return true;
    const outcome = view.outcome ?? (next.kind === "settle" ? next.outcome : undefined);
    return judgeLateDelivery({ ...view, outcome }, instants)?.verdict === "withinPeriod";
  }

  function happen(event: Happening): void {
    switch (event.what) {
      case "time":
        now = new Date(now.getTime() + event.milliseconds);
        return;
      case "deadline":
        now = new Date(Math.max(now.getTime(), decideAt.getTime() + event.offset));
        return;
      case "decision":
        decisionOf(event.as);
        return;
      case "attempt": {
        const each = numbers(segments).map((number) => ({ number, payloadSha256: "aa" }));
        append({ event: "RelayAttempt", attempt: 1, operator: "op", segments: each });
        return;
      }
      case "resend":
        append({ event: "ResendOrdered", orderedBy: "A", reason: "B" });
        return;
      case "relayed":
        append({ event: "RelayToNonERDS", attempt: 1, accepted: accepted(segments) });
        return;
      case "deferred":
        append({
          event: "RelayDeferred",
          attempt: 1,
          accepted: accepted(Math.min(event.accepted, segments)),
          commandStatus: 0x14,
        });
        return;
      case "refused":
      case "lost":
        append({
          event: "RelayToNonERDSFailure",
          attempt: 1,
          accepted: accepted(Math.min(event.accepted, segments)),
          reason: event.what === "refused" ? "refused" : "acceptanceNotConfirmed",
          commandStatus: event.what === "refused" ? 0x0b : null,
        });
        return;
      case "receipt":
        append(receiptOf(event.heard));
    }
  }

  function receiptOf({ segment, messageState, doubt, done, lay }: Heard): EvidenceBody {
    const receivedAt = new Date(Math.max(from.getTime(), now.getTime() - lay));
    return {
      event: "DeliveryReceipt",
      receiptId: "019a0000-0000-7000-8000-0000000000ff" as ReceiptId,
      segment: ((segment - 1) % segments) + 1,
      matchedBy: "id",
      messageState,
      errorCode: "000",
      operatorDoneDate: typeof done === "number" ? dated(done) : done,
      receivedAt: receivedAt.toISOString(),
      rawSha256: "bb",
      doubt,
    };
  }

  function accepted(count: number): AcceptedSegment[] {
    const answeredAt = now.toISOString();
    return numbers(count).map((number) => ({ number, smscMessageId: `id-${number}`, answeredAt }));
  }

  const before: Happening[] = relayedFirst ? [{ what: "attempt" }, { what: "relayed" }] : [];
  for (const event of [...before, ...happenings, { what: "deadline", offset: 0 } as const]) {
    happen(event);
    decide();
  }
  return moments;
}

export const numbers = (count: number): number[] =>
  Array.from({ length: count }, (_, index) => index + 1);

/** As a receipt writes it: YYMMDDhhmm, in UTC. */
function dated(hours: number): string {
  const at = new Date(from.getTime() + hours * HOUR);
  return at.toISOString().replaceAll(/[-T:]/g, "").slice(2, 12);
}
