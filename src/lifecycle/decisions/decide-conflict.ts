import { decideOutcome } from "../../domain/decide-outcome.ts";
import {
  nextEvidence,
  type DecidedAs,
  type Evidence,
  type EvidenceBody,
} from "../../domain/evidence.ts";
import type { MessageId } from "../../domain/ids.ts";
import { judgeLateDelivery } from "../../domain/late-delivery.ts";
import { IllegalEvidence, tryFold, type MessageView } from "../../domain/message.ts";
import type { Message } from "../../domain/submission.ts";
import { readConflict, releaseConflict } from "../../store/conflicts.ts";
import { transaction } from "../../store/connection/database.ts";
import { appendEvidence, readChain } from "../../store/evidence.ts";
import { readMessage } from "../../store/messages.ts";
import type { LifecycleContext } from "../context.ts";
import { lateInstants } from "../late-deliveries.ts";

/** Why a decision is not taken. */
export type DecisionRefusal =
  | "unknown"
  /** It waits for no decision; perhaps somebody else has decided. */
  | "notHeld"
  /** Its evidence cannot be read. */
  | "damaged"
  /** No report of the operator, not even a doubtful one, says that every segment was delivered. */
  | "notReported"
  /** A correction rests on the operator's date, and there is none inside the period. */
  | "noDateInside";

/**
 * A person's decision about reports that contradict each other. It is evidence, the certificate tells it,
 * or its public page when it was issued before, and certification goes on from there. A second decision
 * about the same conflict is refused, also when two persons decide at the same moment.
 */
export async function decideConflict(
  context: Pick<LifecycleContext, "db" | "clock"> & {
    readonly settings: Pick<LifecycleContext["settings"], "receiptGrace" | "operatorZone">;
  },
  messageId: MessageId,
  decision: { readonly as: DecidedAs; readonly decidedBy: string; readonly reason: string },
): Promise<"decided" | DecisionRefusal> {
  return transaction(context.db, async (client) => {
    const now = context.clock.now();
    const message = await readMessage(client, messageId);
    if (!message) return "unknown";
    const conflict = await readConflict(client, messageId);
    if (conflict === undefined) return "notHeld";
    const chain = await readChain(client, messageId);
    const body: EvidenceBody = { event: "ConflictDecided", conflict, ...decision };
    const refusal = refuse(context, message, chain, body, now);
    if (refusal) return refusal;
    if (!(await releaseConflict(client, messageId, now))) return "notHeld";
    await appendEvidence(client, now, [{ messageId, chain, bodies: [body] }]);
    return "decided";
  });
}

type Deciding = Parameters<typeof decideConflict>[0];

/** What the decision would lead to tells whether it may be taken. */
function refuse(
  context: Deciding,
  message: Message,
  chain: readonly Evidence[],
  body: Extract<EvidenceBody, { event: "ConflictDecided" }>,
  now: Date,
): DecisionRefusal | undefined {
  const record = nextEvidence(message.messageId, chain.at(-1), now, body);
  const view = tryFold([...chain, record]);
  if (view instanceof IllegalEvidence) return "damaged";
  // Also against a certificate: it stands, and its public page tells the decision.
  if (body.as === "notDelivered") return undefined;
  if (view.outcome) {
    return view.outcome.kind === "delivered" ? undefined : refuseCorrection(context, message, view);
  }
  const { decideAt, receiptDeadline } = lateInstants(message, context.settings);
  const next = decideOutcome(view, { now, receiptDeadline, decideAt });
  if (next.kind !== "settle") return "notReported";
  if (next.outcome.kind === "delivered") return undefined;
  return refuseCorrection(context, message, { ...view, outcome: next.outcome });
}

function refuseCorrection(
  { settings }: Deciding,
  message: Message,
  view: MessageView,
): DecisionRefusal | undefined {
  // What was judged before is not judged again: the decision only puts a later contradiction away.
  if (view.lateDelivery) return undefined;
  const late = judgeLateDelivery(view, lateInstants(message, settings));
  if (!late) return "notReported";
  return late.verdict === "withinPeriod" ? undefined : "noDateInside";
}
