import type { CertificateFacts } from "../../domain/certificate.ts";
import { parseConflict } from "../../domain/conflict.ts";
import { isFinal, type MessageState } from "../../domain/delivery-receipt.ts";
import type { EvidenceBody } from "../../domain/evidence.ts";
import type { SegmentView } from "../../domain/message.ts";
import type { Fate, Which } from "../wording/segments.ts";
import type { Wording } from "../wording/wording.ts";

/** What became of the segments, each named once; those with the same fate together, in order. */
export function fatesOf(facts: CertificateFacts): ReadonlyMap<Fate, Which> {
  const total = facts.segments.length;
  const fates = new Map<Fate, Which>();
  for (const segment of facts.segments) {
    const fate = fateOf(segment, facts);
    const numbers = [...(fates.get(fate)?.numbers ?? []), segment.number];
    fates.set(fate, { numbers, total });
  }
  return fates;
}

const FAILED: Partial<Record<MessageState, Fate>> = {
  EXPIRED: "expired",
  DELETED: "deleted",
  UNDELIVERABLE: "undeliverable",
  REJECTED: "rejected",
};

function fateOf(segment: SegmentView, { segments, outcome, evidence }: CertificateFacts): Fate {
  const { messageState } = segment;
  if (segment.decided === "notDelivered") return "contradicted";
  if (messageState === "DELIVERED") return "delivered";
  const failed = messageState && FAILED[messageState];
  if (failed) return failed;
  // A person decided about reports that fit no segment alone.
  const unattributed =
    outcome.kind === "notDelivered" &&
    outcome.reason === "contradicted" &&
    segments.every(({ decided }) => decided === undefined);
  if (unattributed) return "contradicted";
  if (segment.relayedAt || messageState !== undefined) return "noReceipt";
  return unaccepted(
    segment.number,
    evidence.map(({ body }) => body),
  );
}

/** Segments go out in order, and the first that is not accepted ends an attempt. */
function unaccepted(number: number, bodies: readonly EvidenceBody[]): Fate {
  const attempt = bodies.findLast((body) => body.event === "RelayAttempt");
  if (attempt?.event !== "RelayAttempt") return "notRelayed";
  const end = bodies
    .slice(bodies.lastIndexOf(attempt))
    .findLast(({ event }) => event === "RelayDeferred" || event === "RelayToNonERDSFailure");
  if (end?.event !== "RelayDeferred" && end?.event !== "RelayToNonERDSFailure") {
    return "acceptanceNotConfirmed";
  }
  if (end.event === "RelayToNonERDSFailure" && end.reason === "acceptanceNotConfirmed") {
    return "acceptanceNotConfirmed";
  }
  if (end.commandStatus === null) return "notRelayed";
  const taken = new Set(end.accepted.map((segment) => segment.number));
  const refused = attempt.segments.find((segment) => !taken.has(segment.number));
  return refused?.number === number ? "refused" : "notSent";
}

/** What is known of the network's acceptance of each segment. */
export interface Acceptance {
  readonly accepted: Which;
  /** When the last of them was. */
  readonly at: Date | undefined;
  /** The answer was lost, and reports were attributed by the recipient's number. */
  readonly byNumber: Which;
  readonly unknown: Which;
}

export function acceptanceOf({ segments, evidence }: CertificateFacts): Acceptance {
  const reports = evidence.flatMap(({ body }) => (body.event === "DeliveryReceipt" ? [body] : []));
  const answers = segments.map(({ number, relayedAt }) => {
    const own = reports.filter(({ segment }) => segment === number);
    // Who reports by its own id has accepted, even where the end of the attempt is not told.
    const byId = own.find(({ matchedBy }) => matchedBy === "id");
    const at = relayedAt ?? (byId && new Date(byId.receivedAt));
    return { number, at, byNumber: at === undefined && own.length > 0 };
  });
  const which = (numbers: readonly { readonly number: number }[]): Which => ({
    numbers: numbers.map(({ number }) => number),
    total: segments.length,
  });
  const instants = answers.flatMap(({ at }) => (at ? [at.getTime()] : []));
  return {
    accepted: which(answers.filter(({ at }) => at !== undefined)),
    at: instants.length > 0 ? new Date(Math.max(...instants)) : undefined,
    byNumber: which(answers.filter(({ byNumber }) => byNumber)),
    unknown: which(answers.filter(({ at, byNumber }) => at === undefined && !byNumber)),
  };
}

/** Why reports were not conclusive. */
export function conflictInWords(text: string, total: number, wording: Wording): string {
  const conflict = parseConflict(text);
  if (conflict.kind === "unattributed") return wording.conflict.unattributed;
  const which: Which = { numbers: [conflict.segment], total };
  switch (conflict.kind) {
    case "afterDecision":
      return wording.conflict.afterDecision(which);
    case "doubt":
      return wording.conflict.doubt({ which, doubt: conflict.doubt });
    case "contradiction": {
      const { later, earlier } = conflict;
      const told = { later: wording.state[later], earlier: wording.state[earlier] };
      return wording.conflict.contradiction({ which, ...told });
    }
  }
}

/** What a report says of the delivery, when it says something final. */
export function saysOf(state: MessageState): "delivered" | "notDelivered" | undefined {
  if (!isFinal(state)) return undefined;
  return state === "DELIVERED" ? "delivered" : "notDelivered";
}
