import type pg from "pg";
import type { BusinessEvent } from "../domain/business-event.ts";
import { certificateKind } from "../domain/certificate.ts";
import { addDuration, HOUR, MINUTE, SECOND } from "../domain/clock.ts";
import { UNATTRIBUTED } from "../domain/conflict.ts";
import type { Heard } from "../domain/delivery-receipt.ts";
import type { Evidence, EvidenceBody } from "../domain/evidence.ts";
import { newCsv, type MessageId } from "../domain/ids.ts";
import { judgeLateDelivery, type LateInstants } from "../domain/late-delivery.ts";
import { IllegalEvidence, isNothingRelayed, tryFold, type MessageView } from "../domain/message.ts";
import { decideOutcome, openConflict, type Decision } from "../domain/decide-outcome.ts";
import type { LateDelivery, Outcome } from "../domain/outcome.ts";
import type { Message } from "../domain/submission.ts";
import { creditSms } from "../store/charges.ts";
import { insertOutcomes, type Closing } from "../store/certificates.ts";
import { CONFLICT } from "../store/conflicts.ts";
import { transaction } from "../store/connection/database.ts";
import { appendEvidence, readChains } from "../store/evidence.ts";
import { readMessages } from "../store/messages.ts";
import { readAwaitingMatch } from "../store/receipts.ts";
import { claim, enqueue, finish, giveUp, retry, type Work } from "../store/work.ts";
import { backOff } from "./back-off.ts";
import type { LifecycleContext } from "./context.ts";
import { lateInstants, recordLateDeliveries, type Judgement } from "./late-deliveries.ts";

const LEASE = 30 * SECOND;
const BATCH = 500;
/** How long after the deadline a receipt may stay unmatched before a person is asked. */
export const MATCH_PATIENCE = HOUR;
const BACK_OFF = { first: 5 * SECOND, most: HOUR };
/** How soon to look again for what may be there any moment: an answer, a match, a word of the SMSC. */
const IN_FLIGHT = 5 * SECOND;
/** At most so long after the link's return, what the operator kept for us meanwhile may still be coming. */
const RETURN = MINUTE;

/**
 * Step 4. Closes messages: delivered as soon as every segment is, not delivered when the deadline and
 * the grace for receipts in flight have passed. Answers how many it looked at. The first outcome that
 * is inserted stands; a closed outcome never reopens.
 */
export async function settleOutcomes(context: LifecycleContext): Promise<number> {
  const now = context.clock.now();
  const due = await claim(context.db, "settle", now, { leaseMilliseconds: LEASE, limit: BATCH });
  if (due.length === 0) return 0;
  const moment = { now, heard: await context.gateway.heard() };
  await settleAll(context, due, moment);
  context.wake("certify");
  return due.length;
}

/** When it is decided, and what is known of the operator's link. */
interface Moment {
  readonly now: Date;
  readonly heard: Heard | undefined;
}

/** One message that cannot be settled must not stop the others of its batch. */
async function settleAll(
  context: LifecycleContext,
  due: readonly Work[],
  moment: Moment,
): Promise<void> {
  try {
    await settleThese(context, due, moment);
  } catch (error) {
    if (due.length === 1) throw error;
    for (const work of due) {
      await settleThese(context, [work], moment).catch(async (error: unknown) => {
        const again = new Date(
          moment.now.getTime() + backOff(work.attempts, BACK_OFF, context.random),
        );
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
  moment: Moment,
): Promise<void> {
  const events = await transaction(context.db, (client) => settle(context, client, due, moment));
  for (const event of events) context.tell(event);
}

/** What is decided about one message. */
interface Settled {
  readonly work: Work;
  /** The SMS is given back when it ends so. */
  readonly nothingRelayed: boolean;
  readonly message: Message;
  readonly chain: readonly Evidence[];
  readonly decision: Decision | Afterwards;
  /** A delivery whose reports came too late for the outcome waits to be judged. */
  readonly lateToo: boolean;
}

/** What is left to decide about a message that is closed. */
type Afterwards =
  { readonly kind: "done" } | { readonly kind: "late"; readonly late: LateDelivery };

async function settle(
  context: LifecycleContext,
  client: pg.PoolClient,
  due: readonly Work[],
  moment: Moment,
): Promise<readonly BusinessEvent[]> {
  const { now } = moment;
  const ids = due.map(({ messageId }) => messageId);
  const messages = new Map((await readMessages(client, ids)).map((m) => [m.messageId, m]));
  const chains = await readChains(client, ids);
  const awaitingMatch = await readAwaitingMatch(client, ids);
  const events: BusinessEvent[] = [];
  const done: Work[] = [];
  const closings: (Settled & { readonly outcome: Outcome })[] = [];
  const judgements: Judgement[] = [];
  for (const work of due) {
    const message = messages.get(work.messageId);
    if (!message) {
      done.push(work);
      continue;
    }
    const settled = decide(context, work, message, chains.get(work.messageId), now);
    const decision = reasonToWait(context, settled, awaitingMatch, moment) ?? settled.decision;
    if (decision.kind === "done") done.push(work);
    else if (decision.kind === "late") judgements.push({ ...settled, late: decision.late });
    else if (decision.kind !== "settle") {
      events.push(...(await postpone(client, decision, work, now)));
    } else closings.push({ ...settled, outcome: decision.outcome });
  }
  await close(context, client, closings, now);
  const late = await recordLateDeliveries(context, client, judgements, now);
  for (const { work } of closings.filter(({ lateToo }) => lateToo)) {
    await retry(client, work, now, "delivered late");
  }
  const closed = closings.filter(({ lateToo }) => !lateToo);
  await finish(client, [...done, ...[...closed, ...judgements].map(({ work }) => work)]);
  return [...events, ...closings.map(settledEvent), ...late];
}

function settledEvent({ work, outcome }: Settled & { readonly outcome: Outcome }): BusinessEvent {
  const { messageId } = work;
  const how = outcome.kind === "delivered" ? outcome.kind : outcome.reason;
  return { name: "settled", messageId, outcome: how };
}

function decide(
  context: LifecycleContext,
  work: Work,
  message: Message,
  chain: readonly Evidence[] = [],
  now: Date,
): Settled {
  const view = tryFold(chain);
  const settled = { work, message, chain, nothingRelayed: false, lateToo: false };
  if (view instanceof IllegalEvidence) {
    return { ...settled, decision: { kind: "hold", why: view.message } };
  }
  if (view.stage.name === "cancelled") return { ...settled, decision: { kind: "done" } };
  const instants = lateInstants(message, context.settings);
  if (view.outcome) return { ...settled, decision: decideAfterwards(view, instants) };
  const { receiptDeadline, decideAt } = instants;
  const decision = decideOutcome(view, { now, receiptDeadline, decideAt });
  if (decision.kind === "settle") {
    const closed = { ...view, outcome: decision.outcome };
    const lateToo = judgeLateDelivery(closed, instants) !== undefined;
    return { ...settled, nothingRelayed: isNothingRelayed(view), decision, lateToo };
  }
  const soon = new Date(now.getTime() + IN_FLIGHT);
  const inFlight = decision.kind === "wait" && view.stage.name === "relaying" && soon < decideAt;
  return { ...settled, decision: inFlight ? { kind: "wait", until: soon } : decision };
}

/** The outcome stands; what is reported afterwards may still correct its certificate, or contradict it. */
function decideAfterwards(view: MessageView, instants: LateInstants): Decision | Afterwards {
  const why = openConflict(view);
  if (why !== undefined) return { kind: "hold", why };
  const late = judgeLateDelivery(view, instants);
  return late ? { kind: "late", late } : { kind: "done" };
}

/**
 * A certificate that says "not delivered" is not made while a receipt about the message waits to be
 * matched, nor before it is known that the link, over which one may be on its way, was up until the end of
 * the grace: that of this replica or of the one that has it.
 */
function reasonToWait(
  context: LifecycleContext,
  { decision, message, chain }: Settled,
  awaitingMatch: ReadonlySet<MessageId>,
  { now, heard }: Moment,
): Exclude<Decision, { kind: "settle" }> | undefined {
  if (decision.kind !== "settle" || decision.outcome.kind === "delivered") return undefined;
  const { receiptGrace } = context.settings;
  if (!heard) return { kind: "wait", until: addDuration(now, receiptGrace) };
  const soon = now.getTime() + IN_FLIGHT;
  const decideAt = addDuration(message.receiptDeadline, receiptGrace).getTime();
  const returned = Math.min(
    addDuration(heard.since, receiptGrace).getTime(),
    heard.since.getTime() + RETURN,
  );
  const needed = Math.max(decideAt, returned);
  if (heard.until.getTime() < needed) {
    return { kind: "wait", until: new Date(Math.max(needed, soon)) };
  }
  // A person who has decided has looked at the receipts that fit nowhere as well.
  const decided = chain.some(({ body }) => body.event === "ConflictDecided");
  if (decided || !awaitingMatch.has(message.messageId)) return undefined;
  return now.getTime() < decideAt + MATCH_PATIENCE
    ? { kind: "wait", until: new Date(soon) }
    : { kind: "hold", why: UNATTRIBUTED };
}

async function postpone(
  client: pg.PoolClient,
  decision: Exclude<Decision, { kind: "settle" }>,
  work: Work,
  now: Date,
): Promise<BusinessEvent[]> {
  const { messageId } = work;
  if (decision.kind === "hold") {
    await giveUp(client, work, `${CONFLICT}${decision.why}`, now);
    return [{ name: "conflict", messageId, cause: decision.why }];
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
  if (settled.length === 0) return;
  const closings: Closing[] = settled.map(({ work, outcome }) => ({
    messageId: work.messageId,
    outcome,
    kind: certificateKind(outcome),
    csv: newCsv(now, context.random),
  }));
  await insertOutcomes(client, closings, now);
  const credits = settled.filter(({ nothingRelayed }) => nothingRelayed);
  await creditSms(
    client,
    credits.map(({ message }) => ({ ...message, units: message.segmentCount })),
    now,
  );
  const additions = settled.map(({ work: { messageId }, chain, outcome }) => {
    return { messageId, chain, bodies: [eventOf(outcome)] };
  });
  await appendEvidence(client, now, additions);
  const ids = closings.map(({ messageId }) => messageId);
  await enqueue(client, "certify", ids, now);
}

function eventOf(outcome: Outcome): EvidenceBody {
  return outcome.kind === "delivered"
    ? { event: "ContentHandover", deliveredAt: outcome.at.toISOString() }
    : { event: "ContentHandoverFailure", reason: outcome.reason };
}
