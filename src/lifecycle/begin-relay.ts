import type { BusinessEvent } from "../domain/business-event.ts";
import { sha256 } from "../domain/content.ts";
import type { Evidence, EvidenceBody } from "../domain/evidence.ts";
import type { MessageId } from "../domain/ids.ts";
import { foldMessage, mayFollow } from "../domain/message.ts";
import type { Message } from "../domain/submission.ts";
import type { Connection } from "../store/connection/database.ts";
import { appendEvidence, readChains } from "../store/evidence.ts";
import { readMessages } from "../store/messages.ts";
import { insertAttempts, readAttempts, recordRelay, type AttemptView } from "../store/relay.ts";
import { finish, giveUp, renew, type Work } from "../store/work.ts";
import { recordOfComplete, recordOfLost, type Relay } from "./conclude-relay.ts";
import type { LifecycleContext } from "./context.ts";

/** A claim whose relay is to begin. */
export interface Beginning {
  readonly work: Work;
  /** Of the tries before, of which it is not known what was stored; empty at the first. */
  readonly before: readonly Try[];
}

interface Try {
  readonly lease: Date;
  /** What it meant to send, if it came so far. Nothing was sent. */
  readonly relay: Relay | undefined;
}

/** What one claim comes to. */
export type Begun =
  | { readonly kind: "send"; readonly relay: Relay; readonly work: Work }
  /** A try before was stored after all, and by now it may not be sent any more. */
  | { readonly kind: "unsent"; readonly relay: Relay; readonly work: Work }
  /** There is nothing to send any more. */
  | { readonly kind: "over"; readonly event?: BusinessEvent };

/** What is known of a message whose step was claimed. */
interface Claimed {
  readonly work: Work;
  readonly before: readonly Try[];
  readonly isHeld: boolean;
  readonly message: Message | undefined;
  readonly chain: readonly Evidence[];
  readonly attempts: readonly AttemptView[];
}

/** What is decided about it, before anything is written. */
type Decision =
  | { readonly kind: "send"; readonly relay: Relay }
  /** A try before was stored after all: to be sent, or too late. */
  | { readonly kind: "begun" | "unsent"; readonly relay: Relay }
  | { readonly kind: "notOurs" }
  | { readonly kind: "gone" }
  | { readonly kind: "misfit"; readonly cause: string }
  | { readonly kind: "lost"; readonly message: Message; readonly lost: readonly AttemptView[] }
  | { readonly kind: "complete"; readonly message: Message };

/**
 * Commits the intention to send claimed messages, all in one transaction: what is read decides, and the
 * keys of evidence and attempts refuse when another process was there meanwhile.
 */
export async function beginRelays(
  context: LifecycleContext,
  client: Connection,
  beginnings: readonly Beginning[],
): Promise<Begun[]> {
  const now = context.clock.now();
  const held = await heldClaims(client, beginnings);
  const ids = beginnings.map(({ work: { messageId } }) => messageId);
  const read = await readMessages(client, ids);
  const messages = new Map(read.map((message) => [message.messageId, message]));
  const chains = await readChains(client, ids);
  const attempts = await readAttempts(client, ids);
  const decided = beginnings.map(({ work, before }) => {
    const { messageId } = work;
    const claimed = {
      work,
      before,
      isHeld: before.length === 0 || held.has(messageId),
      message: messages.get(messageId),
      chain: chains.get(messageId) ?? [],
      attempts: attempts.get(messageId) ?? [],
    };
    return { claimed, decision: decide(context, claimed, now) };
  });
  const relays = decided.flatMap(({ decision }) =>
    decision.kind === "send" ? [decision.relay] : [],
  );
  const sent = await intend(context, client, relays, now);
  const gone = decided.flatMap(({ claimed, decision }) =>
    decision.kind === "gone" ? [claimed.work] : [],
  );
  if (gone.length > 0) await finish(client, gone);
  const begun: Begun[] = [];
  for (const { claimed, decision } of decided) {
    const { work } = claimed;
    if (decision.kind === "unsent") begun.push({ ...decision, kind: "unsent", work });
    else {
      const relay = decision.kind === "begun" ? decision.relay : sent.get(work.messageId);
      begun.push(
        relay
          ? { kind: "send", relay, work }
          : { kind: "over", ...(await close(context, client, claimed, decision)) },
      );
    }
  }
  return begun;
}

/**
 * Renews the claims that are tried again, and answers which: the lease of the others has ended while
 * the database was away, and somebody else may have them.
 */
async function heldClaims(
  client: Connection,
  beginnings: readonly Beginning[],
): Promise<ReadonlySet<MessageId>> {
  const again = beginnings.filter(({ before }) => before.length > 0);
  if (again.length === 0) return new Set();
  return renew(
    client,
    again.map(({ work, before }) => ({ work, leases: before.map(({ lease }) => lease) })),
  );
}

function decide(
  context: LifecycleContext,
  { before, isHeld, message, chain, attempts }: Claimed,
  now: Date,
): Decision {
  if (!isHeld) return { kind: "notOurs" };
  if (!message) return { kind: "gone" };
  const { stage } = foldMessage(chain);
  const maySend = mayFollow(stage, "RelayAttempt") && now < message.receiptDeadline;
  // Nobody else has had the claim meanwhile, and a receipt about a segment before may have come.
  const last = chain.findLast(({ body }) => body.event === "RelayAttempt")?.sha256;
  const relay = before.find((one) => one.relay?.chain.at(-1)?.sha256 === last)?.relay;
  if (relay) return { kind: maySend ? "begun" : "unsent", relay: { ...relay, chain } };
  if (!maySend) return { kind: "gone" };
  const plan = context.gateway.plan(message.text, concatenationReference(message)).segments;
  if (plan.length !== message.segmentCount) {
    const cause = `the operator's settings now make ${plan.length} segments of the ${message.segmentCount} accepted`;
    return { kind: "misfit", cause };
  }
  const lost = attempts.filter(({ answer }) => answer === undefined);
  if (lost.length > 0) return { kind: "lost", message, lost };
  const done = new Set(
    attempts.filter(({ answer }) => answer?.kind === "accepted").map(({ segment }) => segment),
  );
  const toSend = plan.filter(({ number }) => !done.has(number));
  if (toSend.length === 0) return { kind: "complete", message };
  const attempt = Math.max(0, ...attempts.map((before) => before.attempt)) + 1;
  return { kind: "send", relay: { message, attempt, toSend, chain } };
}

/** The random end of the id: the same for every attempt, different for neighbouring messages. */
function concatenationReference({ messageId }: Message): number {
  return Number.parseInt(messageId.slice(-4), 16);
}

/** Writes attempts and their evidence; each relay with its chain as it is now. */
async function intend(
  context: LifecycleContext,
  client: Connection,
  relays: readonly Relay[],
  now: Date,
): Promise<Map<MessageId, Relay>> {
  if (relays.length === 0) return new Map();
  const { operator } = context.gateway;
  const attempts = relays.flatMap(({ message: { messageId }, attempt, toSend }) =>
    toSend.map((segment) => ({ messageId, attempt, segment })),
  );
  await insertAttempts(client, attempts, { operator, at: now });
  const additions = relays.map(({ message: { messageId }, attempt, toSend, chain }) => {
    const segments = toSend.map(({ number, payload }) => ({
      number,
      payloadSha256: sha256(payload),
    }));
    const body: EvidenceBody = { event: "RelayAttempt", attempt, operator, segments };
    return { messageId, chain, bodies: [body] };
  });
  const added = await appendEvidence(client, now, additions);
  return new Map(
    relays.map((relay, index) => [
      relay.message.messageId,
      { ...relay, chain: [...relay.chain, ...added.slice(index, index + 1)] },
    ]),
  );
}

/** The rare ends: nothing is sent, and what is known is written down. */
async function close(
  context: LifecycleContext,
  client: Connection,
  { work, chain, attempts }: Claimed,
  decision: Decision,
): Promise<{ readonly event?: BusinessEvent }> {
  const now = context.clock.now();
  const { messageId } = work;
  switch (decision.kind) {
    case "misfit": {
      const { cause } = decision;
      await giveUp(client, work, cause, now);
      return { event: { name: "givenUp", messageId, step: "relay", cause } };
    }
    case "lost":
    case "complete": {
      const { message } = decision;
      const relayed = { message, chain, attempts };
      const { event, record } =
        decision.kind === "lost"
          ? recordOfLost(context, { ...relayed, lost: decision.lost })
          : recordOfComplete(relayed, now);
      await recordRelay(client, { ...record, finished: [work] });
      return { event };
    }
    case "notOurs":
    case "gone":
    case "begun":
    case "unsent":
    case "send":
      return {};
  }
}
