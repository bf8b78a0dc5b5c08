import type { BusinessEvent } from "../domain/business-event.ts";
import { MINUTE, SECOND } from "../domain/clock.ts";
import type { MessageId } from "../domain/ids.ts";
import { createBatcher } from "../store/batch.ts";
import { transaction } from "../store/connection/database.ts";
import type { Answered, AnswerRow, Awaited } from "../store/relay.ts";
import { isUnavailable } from "../store/connection/unavailable.ts";
import { isOperatorEnabled } from "../store/parties/operators.ts";
import { claim, giveUp, retry, type Work } from "../store/work.ts";
import { backOff } from "./back-off.ts";
import { beginRelays, type Begun, type Beginning } from "./begin-relay.ts";
import { awaitedOf, BACK_OFF, recordNews, type Relay, type RelayNews } from "./conclude-relay.ts";
import type { LifecycleContext } from "./context.ts";
import type { SubmitAnswer } from "./ports.ts";

/** Longer than the gateway waits for one answer; renewed with each segment. */
const LEASE = 2 * MINUTE;
const BATCH = 200;
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
  const { capacity } = context.gateway;
  // With less room than this nothing is taken up: a claim for each message that leaves would cost more.
  const room = Math.ceil(capacity / 2);
  const limit = relaying ? capacity - relaying.size : BATCH;
  if (!context.gateway.isReady() || limit < room) return 0;
  if (!(await isOperatorEnabled(context.db, context.gateway.operator))) return 0;
  const now = context.clock.now();
  const claimed = await claim(context.db, "relay", now, { leaseMilliseconds: LEASE, limit });
  const desk = deskOf(context);
  const relays = claimed.map((work) => relayOrPostpone(context, desk, work));
  if (!relaying) {
    await Promise.all(relays);
    return claimed.length;
  }
  for (const relay of relays) {
    const going = relay.finally(() => {
      relaying.delete(going);
      if (relaying.size === capacity - room) context.wake("relay");
    });
    relaying.add(going);
  }
  return claimed.length;
}

/** Where relays that go on at the same time are written down together. */
interface Desk {
  readonly begin: (beginning: Beginning) => Promise<Begun>;
  readonly record: (news: RelayNews) => Promise<BusinessEvent | undefined>;
}

function deskOf(context: LifecycleContext): Desk {
  return {
    begin: createBatcher((beginnings) => beginTogether(context, beginnings), { lanes: 1 }),
    record: createBatcher((news) => recordNews(context, news), { lanes: 1 }),
  };
}

/** The database has not said whether it stored what was to begin; nothing of it was sent. */
class BeginningUnknown extends Error {
  override readonly name = "BeginningUnknown";
  readonly relays: ReadonlyMap<MessageId, Relay>;

  constructor(begun: readonly Begun[], cause: unknown) {
    super(`the database did not say what it stored: ${String(cause)}`, { cause });
    this.relays = new Map(
      begun.flatMap((one) => (one.kind === "send" ? [[one.work.messageId, one.relay]] : [])),
    );
  }
}

/** @throws BeginningUnknown when the end of the transaction had no answer */
async function beginTogether(
  context: LifecycleContext,
  beginnings: readonly Beginning[],
): Promise<readonly Begun[]> {
  let begun: readonly Begun[] = [];
  try {
    return await transaction(context.db, async (client) => {
      begun = [];
      begun = await beginRelays(context, client, beginnings);
      return begun;
    });
  } catch (error) {
    throw isUnavailable(error) ? new BeginningUnknown(begun, error) : error;
  }
}

/**
 * Begins a relay, again and again while the database is away: what was perhaps stored and certainly not
 * sent can be told from what a process has left that died only as long as this one remembers it. What
 * cannot have been stored keeps no process from ending.
 */
async function begin(context: LifecycleContext, desk: Desk, claimed: Work): Promise<Begun> {
  let beginning: Beginning = { work: claimed, before: [] };
  for (let tries = 1; ; tries += 1) {
    try {
      return await desk.begin(beginning);
    } catch (error) {
      if (tries >= STORE_TRIES || !(error instanceof BeginningUnknown)) throw error;
      const { work } = beginning;
      const tried = { lease: work.lease, relay: error.relays.get(work.messageId) };
      const before = [...beginning.before, tried];
      const isLeft = (): boolean =>
        context.stopping.aborted && before.every(({ relay }) => relay === undefined);
      if (!isLeft()) await pause(context, tries);
      if (isLeft()) throw error;
      const lease = new Date(context.clock.now().getTime() + LEASE);
      beginning = { work: { ...work, lease }, before };
    }
  }
}

/** A message that cannot be relayed is put off, and shown to a person after a while. */
async function relayOrPostpone(context: LifecycleContext, desk: Desk, work: Work): Promise<void> {
  try {
    await relay(context, desk, work);
  } catch (error) {
    const cause = String(error);
    const { messageId, attempts } = work;
    // That the database is away is no fault of the message, however often the operator has put it off.
    const over = attempts >= MOST_FAULTS && !isUnavailable(error);
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

async function relay(context: LifecycleContext, desk: Desk, claimed: Work): Promise<void> {
  const begun = await begin(context, desk, claimed);
  if (begun.kind === "over") {
    if (begun.event) context.tell(begun.event);
    return;
  }
  const { relay } = begun;
  if (begun.kind === "unsent") {
    await stored(context, desk, tooLate(context, begun.work, relay));
    return;
  }
  const { message, attempt, toSend } = relay;
  const answers: Answered[] = [];
  let { work } = begun;
  let awaited: Awaited[] = [];
  for (const segment of toSend) {
    const key = { messageId: message.messageId, segment: segment.number, attempt };
    if (answers.some(({ answer }) => answer.kind !== "accepted")) {
      const cause = "a segment before it was not taken";
      answers.push({ ...key, answer: { kind: "notSent", cause, at: context.clock.now() } });
      continue;
    }
    // Kept as soon as it is known: a crash before the next segment must not forget this id.
    if (awaited.length > 0) {
      const lease = new Date(context.clock.now().getTime() + LEASE);
      await stored(context, desk, { work, relay, answers: answers.slice(-1), awaited, lease });
      work = { ...work, lease };
      awaited = [];
    }
    // A receipt may overtake the answer, so it is the instant of sending that it is compared with.
    const relayedAt = context.clock.now();
    const answer = await context.gateway.submit({
      ...segment,
      recipient: message.recipient.msisdn,
      sender: message.sender,
      validUntil: message.receiptDeadline,
    });
    answers.push({ ...key, answer: { ...asRow(answer), at: context.clock.now() } });
    if (answer.kind === "accepted" || answer.kind === "unknown") {
      const matchKey = answer.kind === "accepted" ? answer.matchKey : undefined;
      awaited = [awaitedOf(context, message, { ...key, matchKey, relayedAt })];
    }
  }
  const event = await stored(context, desk, { work, relay, answers, awaited, lease: undefined });
  if (event) context.tell(event);
}

/**
 * Stores what the operator answered. A passing fault of the database must not forget it, because what
 * is forgotten counts as perhaps sent: it is tried again while the lease lasts.
 */
async function stored(
  context: LifecycleContext,
  desk: Desk,
  news: RelayNews,
): Promise<BusinessEvent | undefined> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await desk.record(news);
    } catch (error) {
      if (tries >= STORE_TRIES) throw error;
      await pause(context, tries);
    }
  }
}

/** Longer after each try, and over at once when the process is asked to end. */
function pause({ timers, stopping }: LifecycleContext, tries: number): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      stop();
      stopping.removeEventListener("abort", end);
      resolve();
    };
    const stop = timers.after(tries * SECOND, end);
    stopping.addEventListener("abort", end);
  });
}

function tooLate({ clock }: LifecycleContext, work: Work, relay: Relay): RelayNews {
  const { message, attempt, toSend } = relay;
  const answer: AnswerRow = { kind: "notSent", cause: "the period is over", at: clock.now() };
  const answers = toSend.map(({ number: segment }) => ({
    messageId: message.messageId,
    segment,
    attempt,
    answer,
  }));
  return { work, relay, answers, awaited: [], lease: undefined };
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
