import type pg from "pg";
import type { BusinessEvent } from "../domain/business-event.ts";
import { MINUTE, SECOND } from "../domain/clock.ts";
import { sha256, type PlannedSegment } from "../domain/content.ts";
import type { EvidenceBody } from "../domain/evidence.ts";
import { foldMessage, mayFollow } from "../domain/message.ts";
import type { Message } from "../domain/submission.ts";
import { transaction, type Connection } from "../store/connection/database.ts";
import { appendEvidence, readChain } from "../store/evidence.ts";
import { readMessage } from "../store/messages.ts";
import {
  insertAnswer,
  insertAttempts,
  insertAwaited,
  readAttempts,
  type AnswerRow,
} from "../store/relay.ts";
import { isOperatorEnabled } from "../store/parties/operators.ts";
import { claim, finish, giveUp, retry, type Work } from "../store/work.ts";
import { backOff } from "./back-off.ts";
import {
  BACK_OFF,
  conclude,
  concludeComplete,
  concludeLost,
  LISTEN_AFTER_DEADLINE,
  type Relay,
} from "./conclude-relay.ts";
import type { LifecycleContext } from "./context.ts";
import type { SubmitAnswer } from "./ports.ts";

/** Longer than the gateway waits for one answer; renewed with each segment. */
const LEASE = 2 * MINUTE;
const BATCH = 200;
/** With less room than this nothing is taken up: a claim for each message that leaves would cost more. */
const ROOM = 50;
const MOST_FAULTS = 20;
/** 1 + 2 + … + 9 seconds: well inside the lease. */
const STORE_TRIES = 10;

/** What is being relayed in this process, beyond the tick that took it up. */
export type Relaying = Set<Promise<void>>;

/**
 * Step 2. Hands due messages to the operator, segment by segment and in order, and answers how many it
 * took up. The attempt is committed before the bytes go out; an attempt without an answer means that
 * the SMSC may have the segment, and it is never sent again by itself.
 *
 * @param relaying when given, what was taken up goes on there, and a recipient for whom no answer comes
 *   holds up nobody else; without it this resolves when everything is done
 */
export async function relayMessages(
  context: LifecycleContext,
  relaying?: Relaying,
): Promise<number> {
  const limit = BATCH - (relaying?.size ?? 0);
  if (!context.gateway.isReady() || limit < ROOM) return 0;
  if (!(await isOperatorEnabled(context.db, context.gateway.operator))) return 0;
  const now = context.clock.now();
  const claimed = await claim(context.db, "relay", now, { leaseMilliseconds: LEASE, limit });
  const relays = claimed.map((work) => relayOrPostpone(context, work));
  if (!relaying) {
    await Promise.all(relays);
    return claimed.length;
  }
  for (const relay of relays) {
    const going = relay.finally(() => {
      relaying.delete(going);
      if (relaying.size === BATCH - ROOM) context.wake("relay");
    });
    relaying.add(going);
  }
  return claimed.length;
}

/** A message that cannot be relayed is put off, and shown to a person after a while. */
async function relayOrPostpone(context: LifecycleContext, work: Work): Promise<void> {
  try {
    await relay(context, work);
  } catch (error) {
    const cause = String(error);
    const { messageId, attempts } = work;
    const over = attempts >= MOST_FAULTS;
    const now = context.clock.now();
    const shown = over ? giveUp(context.db, work, cause, now) : putOff(context, work, cause);
    // With the database gone nothing can be put off: the lease ends by itself.
    await shown.catch(() => undefined);
    context.tell(
      over
        ? { name: "givenUp", messageId, step: "relay", cause }
        : { name: "putOff", messageId, step: "relay", attempts, cause },
    );
  }
}

async function putOff(context: LifecycleContext, work: Work, cause: string): Promise<void> {
  const wait = backOff(work.attempts, BACK_OFF, context.random);
  await retry(context.db, work, new Date(context.clock.now().getTime() + wait), cause);
}

async function relay(context: LifecycleContext, claimed: Work): Promise<void> {
  const begun = await transaction(context.db, (client) => begin(context, client, claimed));
  if ("name" in begun) context.tell(begun);
  if (!("toSend" in begun)) return;
  let work = claimed;
  const answers: { segment: number; answer: AnswerRow }[] = [];
  for (const segment of begun.toSend) {
    const last = answers.at(-1)?.answer;
    if (last && last.kind !== "accepted") {
      const at = context.clock.now();
      const answer: AnswerRow = { kind: "notSent", cause: "a segment before it was not taken", at };
      answers.push({ segment: segment.number, answer });
      continue;
    }
    const submitted = await submit(context, work, begun, segment);
    work = submitted.work;
    answers.push({ segment: segment.number, answer: submitted.answer });
  }
  context.tell(await stored(context, (client) => conclude(context, client, work, begun, answers)));
  context.wake("match");
}

/**
 * Stores what the operator answered. A passing fault of the database must not forget it, because what
 * is forgotten counts as perhaps sent: it is tried again while the lease lasts.
 */
async function stored<T>(
  context: LifecycleContext,
  write: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transaction(context.db, write);
    } catch (error) {
      if (tries >= STORE_TRIES) throw error;
      await new Promise<void>((resolve) => context.timers.after(tries * SECOND, resolve));
    }
  }
}

/** Commits the intention to send; what it came to, when there is nothing to send any more. */
async function begin(
  context: LifecycleContext,
  client: Connection,
  work: Work,
): Promise<Relay | BusinessEvent | { readonly over: true }> {
  const now = context.clock.now();
  const message = await readMessage(client, work.messageId);
  const chain = await readChain(client, work.messageId);
  const view = foldMessage(chain);
  if (!message || !mayFollow(view.stage, "RelayAttempt") || now >= message.receiptDeadline) {
    await finish(client, [work]);
    return { over: true };
  }
  const plan = context.gateway.plan(message.text, concatenationReference(message)).segments;
  if (plan.length !== message.segmentCount) {
    const cause = `the operator's settings now make ${plan.length} segments of the ${message.segmentCount} accepted`;
    await giveUp(client, work, cause, now);
    return { name: "givenUp", messageId: work.messageId, step: "relay", cause };
  }
  const attempts = await readAttempts(client, work.messageId);
  const lost = attempts.filter(({ answer }) => answer === undefined);
  if (lost.length > 0) {
    return concludeLost(context, client, { message, lost, attempts }, work);
  }
  const done = new Set(
    attempts.filter(({ answer }) => answer?.kind === "accepted").map(({ segment }) => segment),
  );
  const attempt = Math.max(0, ...attempts.map((before) => before.attempt)) + 1;
  const toSend = plan.filter(({ number }) => !done.has(number));
  if (toSend.length === 0) {
    const event = await concludeComplete(client, { message, chain, attempts }, now);
    await finish(client, [work]);
    return event;
  }
  const { operator } = context.gateway;
  await insertAttempts(client, {
    messageId: work.messageId,
    attempt,
    operator,
    at: now,
    segments: toSend,
  });
  const segments = toSend.map(({ number, payload }) => ({
    number,
    payloadSha256: sha256(payload),
  }));
  const body: EvidenceBody = { event: "RelayAttempt", attempt, operator, segments };
  await appendEvidence(client, now, [{ messageId: work.messageId, chain, bodies: [body] }]);
  return { message, attempt, toSend };
}

/** The random end of the id: the same for every attempt, different for neighbouring messages. */
function concatenationReference({ messageId }: Message): number {
  return Number.parseInt(messageId.slice(-4), 16);
}

async function submit(
  context: LifecycleContext,
  work: Work,
  { message, attempt }: Relay,
  segment: PlannedSegment,
): Promise<{ readonly answer: AnswerRow; readonly work: Work }> {
  // A receipt may overtake the answer, so it is the instant of sending that it is compared with.
  const relayedAt = context.clock.now();
  const answer = await context.gateway.submit({
    ...segment,
    recipient: message.recipient.msisdn,
    sender: message.sender,
    validUntil: message.receiptDeadline,
  });
  const at = context.clock.now();
  if (answer.kind !== "accepted" && answer.kind !== "unknown") {
    return { answer: { ...asRow(answer), at }, work };
  }
  const row = { ...asRow(answer), at };
  const key = { messageId: message.messageId, segment: segment.number, attempt };
  // Kept as soon as it is known: a crash before the next segment must not forget this id.
  const lease = new Date(at.getTime() + LEASE);
  await stored(context, async (client) => {
    await insertAnswer(client, key, row);
    await insertAwaited(client, {
      messageId: message.messageId,
      segment: segment.number,
      attempt,
      operator: context.gateway.operator,
      matchKey: answer.kind === "accepted" ? answer.matchKey : undefined,
      recipient: message.recipient.msisdn,
      relayedAt,
      listenUntil: new Date(message.receiptDeadline.getTime() + LISTEN_AFTER_DEADLINE),
    });
    await retry(client, work, lease, "in flight");
  });
  return { answer: row, work: { ...work, lease } };
}

function asRow(answer: SubmitAnswer): Omit<AnswerRow, "at"> {
  switch (answer.kind) {
    case "accepted":
      return { kind: "accepted", smscMessageId: answer.smscMessageId };
    case "refused":
      return {
        kind: "refused",
        commandStatus: answer.commandStatus,
        cause: answer.permanent ? "permanent" : "temporary",
      };
    case "notSent":
    case "unknown":
      return { kind: answer.kind, cause: answer.cause };
  }
}
