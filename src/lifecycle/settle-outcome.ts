import type pg from "pg";
import type { BusinessEvent } from "../domain/business-event.ts";
import { certificateKind } from "../domain/certificate.ts";
import { addDuration, HOUR, SECOND } from "../domain/clock.ts";
import type { Evidence, EvidenceBody } from "../domain/evidence.ts";
import { newCsv, type MessageId } from "../domain/ids.ts";
import { IllegalEvidence, isNothingRelayed, tryFold } from "../domain/message.ts";
import { decideOutcome, type Decision } from "../domain/decide-outcome.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { Message } from "../domain/submission.ts";
import { creditSms } from "../store/charges.ts";
import { insertOutcomes, type Closing } from "../store/certificates.ts";
import { transaction } from "../store/database.ts";
import { appendEvidence, readChains } from "../store/evidence.ts";
import { readMessages } from "../store/messages.ts";
import { readAwaitingMatch } from "../store/receipts.ts";
import { claim, enqueue, finish, giveUp, retry, type Work } from "../store/work.ts";
import { backOff } from "./back-off.ts";
import type { LifecycleContext } from "./context.ts";

const LEASE = 30 * SECOND;
const BATCH = 500;
/** How long after the deadline a receipt may stay unmatched before a person is asked. */
const MATCH_PATIENCE = HOUR;
const BACK_OFF = { first: 5 * SECOND, most: HOUR };
/** How soon to look again while the relay step has an answer in flight. */
const IN_FLIGHT = 5 * SECOND;

/**
 * Step 4. Closes messages: delivered as soon as every segment is, not delivered when the deadline and
 * the grace for receipts in flight have passed. Answers how many it looked at. The first outcome that
 * is inserted stands; a closed outcome never reopens.
 */
export async function settleOutcomes(context: LifecycleContext): Promise<number> {
  const now = context.clock.now();
  const due = await claim(context.db, "settle", now, { leaseMilliseconds: LEASE, limit: BATCH });
  if (due.length === 0) return 0;
  await settleAll(context, due, now);
  context.wake("certify");
  return due.length;
}

/** One message that cannot be settled must not stop the others of its batch. */
async function settleAll(
  context: LifecycleContext,
  due: readonly Work[],
  now: Date,
): Promise<void> {
  try {
    await settleThese(context, due, now);
  } catch (error) {
    if (due.length === 1) throw error;
    for (const work of due) {
      await settleThese(context, [work], now).catch(async (error: unknown) => {
        const again = new Date(now.getTime() + backOff(work.attempts, BACK_OFF, context.random));
        const { messageId, attempts } = work;
        const cause = String(error);
        await retry(context.db, work, again, cause);
        context.tell({ name: "putOff", messageId, step: "settle", attempts, cause });
      });
    }
  }
}

async function settleThese(
  context: LifecycleContext,
  due: readonly Work[],
  now: Date,
): Promise<void> {
  const events = await transaction(context.db, (client) => settle(context, client, due, now));
  for (const event of events) context.tell(event);
}

/** What is decided about one message. */
interface Settled {
  readonly work: Work;
  /** The SMS is given back when it ends so. */
  readonly nothingRelayed: boolean;
  readonly message: Message;
  readonly chain: readonly Evidence[];
  readonly decision: Decision;
}

async function settle(
  context: LifecycleContext,
  client: pg.PoolClient,
  due: readonly Work[],
  now: Date,
): Promise<readonly BusinessEvent[]> {
  const ids = due.map(({ messageId }) => messageId);
  const messages = new Map((await readMessages(client, ids)).map((m) => [m.messageId, m]));
  const chains = await readChains(client, ids);
  const awaitingMatch = await readAwaitingMatch(client, ids);
  const events: BusinessEvent[] = [];
  const closed: Work[] = [];
  const settled: (Settled & { readonly outcome: Outcome })[] = [];
  for (const work of due) {
    const message = messages.get(work.messageId);
    const decided = message && decide(context, work, message, chains.get(work.messageId), now);
    const early = decided && reasonToWait(context, decided, awaitingMatch, now);
    if (early) events.push(...(await postpone(client, early, work)));
    else if (!decided) closed.push(work);
    else if (decided.decision.kind === "settle") {
      settled.push({ ...decided, outcome: decided.decision.outcome });
      events.push(settledEvent(work, decided.decision.outcome));
    } else events.push(...(await postpone(client, decided.decision, work)));
  }
  if (settled.length > 0) await close(context, client, settled, now);
  await finish(client, [...closed, ...settled.map(({ work }) => work)]);
  return events;
}

function settledEvent({ messageId }: Work, outcome: Outcome): BusinessEvent {
  const { kind } = outcome;
  return { name: "settled", messageId, outcome: kind === "delivered" ? kind : outcome.reason };
}

/** Undefined when the message is closed already. */
function decide(
  context: LifecycleContext,
  work: Work,
  message: Message,
  chain: readonly Evidence[] = [],
  now: Date,
): Settled | undefined {
  const view = tryFold(chain);
  if (view instanceof IllegalEvidence) {
    const decision: Decision = { kind: "hold", why: view.message };
    return { work, message, chain, nothingRelayed: false, decision };
  }
  if (view.outcome || view.stage.name === "cancelled") return undefined;
  const { receiptDeadline } = message;
  const decideAt = addDuration(receiptDeadline, context.settings.receiptGrace);
  const decision = decideOutcome(view, { now, receiptDeadline, decideAt });
  const soon = new Date(now.getTime() + IN_FLIGHT);
  const inFlight = decision.kind === "wait" && view.stage.name === "relaying" && soon < decideAt;
  return {
    work,
    message,
    chain,
    nothingRelayed: isNothingRelayed(view),
    decision: inFlight ? { kind: "wait", until: soon } : decision,
  };
}

/**
 * A certificate that says "not delivered" is not made while a receipt about the message waits to be
 * matched, nor while the link, over which one may be on its way, is down.
 */
function reasonToWait(
  context: LifecycleContext,
  { decision, message }: Settled,
  awaitingMatch: ReadonlySet<MessageId>,
  now: Date,
): Exclude<Decision, { kind: "settle" }> | undefined {
  if (decision.kind !== "settle" || decision.outcome.kind === "delivered") return undefined;
  if (!context.gateway.isReady()) {
    return { kind: "wait", until: addDuration(now, context.settings.receiptGrace) };
  }
  if (!awaitingMatch.has(message.messageId)) return undefined;
  const patience = addDuration(message.receiptDeadline, context.settings.receiptGrace).getTime();
  return now.getTime() < patience + MATCH_PATIENCE
    ? { kind: "wait", until: new Date(now.getTime() + IN_FLIGHT) }
    : { kind: "hold", why: "a receipt about it fits no segment alone" };
}

async function postpone(
  client: pg.PoolClient,
  decision: Exclude<Decision, { kind: "settle" }>,
  work: Work,
): Promise<BusinessEvent[]> {
  if (decision.kind === "hold") {
    await giveUp(client, work, `conflict: ${decision.why}`);
    return [{ name: "conflict", messageId: work.messageId, cause: decision.why }];
  }
  await retry(client, work, decision.until, "waiting for receipts");
  return [];
}

async function close(
  context: LifecycleContext,
  client: pg.PoolClient,
  settled: readonly (Settled & { readonly outcome: Outcome })[],
  now: Date,
): Promise<void> {
  const closings: Closing[] = settled.map(({ work, outcome }) => ({
    messageId: work.messageId,
    outcome,
    kind: certificateKind(outcome),
    csv: newCsv(context.random),
  }));
  await insertOutcomes(client, closings, now);
  const credits = settled.filter(({ nothingRelayed }) => nothingRelayed);
  await creditSms(
    client,
    credits.map(({ message }) => ({ ...message, units: message.segmentCount })),
    now,
  );
  await appendEvidence(
    client,
    now,
    settled.map(({ work, chain, outcome }) => ({
      messageId: work.messageId,
      chain,
      bodies: [eventOf(outcome)],
    })),
  );
  await enqueue(
    client,
    "certify",
    closings.map(({ messageId }) => messageId),
    now,
  );
}

function eventOf(outcome: Outcome): EvidenceBody {
  return outcome.kind === "delivered"
    ? { event: "ContentHandover", deliveredAt: outcome.at.toISOString() }
    : { event: "ContentHandoverFailure", reason: outcome.reason };
}
