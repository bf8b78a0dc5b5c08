import { HOUR, MINUTE, SECOND } from "../domain/clock.ts";
import { sha256, type PlannedSegment } from "../domain/content.ts";
import type { AcceptedSegment, EvidenceBody } from "../domain/evidence.ts";
import { foldMessage, mayFollow } from "../domain/message.ts";
import type { Message } from "../domain/submission.ts";
import { transaction, type Connection } from "../store/database.ts";
import { appendEvidence, readChain } from "../store/evidence.ts";
import { readMessage } from "../store/messages.ts";
import {
  insertAnswer,
  insertAttempts,
  insertAwaited,
  readAttempts,
  type AnswerRow,
  type AttemptView,
} from "../store/relay.ts";
import { claim, finish, retry, type Work } from "../store/work.ts";
import { backOff } from "./back-off.ts";
import type { LifecycleContext } from "./context.ts";
import type { SubmitAnswer } from "./ports.ts";

/** Longer than the gateway waits for one answer; renewed with each segment. */
const LEASE = 2 * MINUTE;
const BATCH = 50;
/** How long after its deadline a segment is still listened to, for a correction. */
export const LISTEN_AFTER_DEADLINE = 30 * 24 * HOUR;
const BACK_OFF = { first: 2 * SECOND, most: 10 * MINUTE };

/** What one claim has to do: the segments to send, or nothing more than to close what is known. */
interface Relay {
  readonly message: Message;
  readonly attempt: number;
  readonly toSend: readonly PlannedSegment[];
}

/**
 * Step 2. Hands due messages to the operator, segment by segment and in order, and answers how many it
 * took up. The attempt is committed before the bytes go out; an attempt without an answer means that
 * the SMSC may have the segment, and it is never sent again by itself.
 */
export async function relayMessages(context: LifecycleContext): Promise<number> {
  if (!context.gateway.isReady()) return 0;
  const now = context.clock.now();
  const claimed = await claim(context.db, "relay", now, { leaseMilliseconds: LEASE, limit: BATCH });
  await Promise.all(claimed.map((work) => relay(context, work)));
  return claimed.length;
}

async function relay(context: LifecycleContext, work: Work): Promise<void> {
  const begun = await transaction(context.db, (client) => begin(context, client, work));
  if (!begun) return;
  const answers: { segment: number; answer: AnswerRow }[] = [];
  for (const segment of begun.toSend) {
    const last = answers.at(-1)?.answer;
    const answer: AnswerRow =
      last && last.kind !== "accepted"
        ? { kind: "notSent", cause: "a segment before it was not taken", at: context.clock.now() }
        : await submit(context, work, begun, segment);
    answers.push({ segment: segment.number, answer });
  }
  await transaction(context.db, (client) => conclude(context, client, work, begun, answers));
  context.wake("match");
}

/** Commits the intention to send; undefined when there is nothing to send any more. */
async function begin(
  context: LifecycleContext,
  client: Connection,
  work: Work,
): Promise<Relay | undefined> {
  const now = context.clock.now();
  const message = await readMessage(client, work.messageId);
  const chain = await readChain(client, work.messageId);
  const view = foldMessage(chain);
  if (!message || !mayFollow(view.stage, "RelayAttempt") || now >= message.receiptDeadline) {
    await finish(client, [work]);
    return undefined;
  }
  const attempts = await readAttempts(client, work.messageId);
  const lost = attempts.filter(({ answer }) => answer === undefined);
  if (lost.length > 0) {
    await concludeLost(context, client, { message, lost, attempts }, work);
    return undefined;
  }
  const done = new Set(
    attempts.filter(({ answer }) => answer?.kind === "accepted").map(({ segment }) => segment),
  );
  const attempt = Math.max(0, ...attempts.map((before) => before.attempt)) + 1;
  const toSend = context.gateway
    .plan(message.text, concatenationReference(message))
    .segments.filter(({ number }) => !done.has(number));
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
): Promise<AnswerRow> {
  // A receipt may overtake the answer, so it is the instant of sending that it is compared with.
  const relayedAt = context.clock.now();
  const answer = await context.gateway.submit({
    ...segment,
    recipient: message.recipient.msisdn,
    sender: message.sender,
    validUntil: message.receiptDeadline,
  });
  const at = context.clock.now();
  if (answer.kind !== "accepted" && answer.kind !== "unknown") return { ...asRow(answer), at };
  const row = { ...asRow(answer), at };
  const key = { messageId: message.messageId, segment: segment.number, attempt };
  // Kept as soon as it is known: a crash before the next segment must not forget this id.
  await transaction(context.db, async (client) => {
    await insertAnswer(client, key, row);
    await insertAwaited(client, {
      messageId: message.messageId,
      segment: segment.number,
      operator: context.gateway.operator,
      matchKey: answer.kind === "accepted" ? answer.matchKey : undefined,
      recipient: message.recipient.msisdn,
      relayedAt,
      listenUntil: new Date(message.receiptDeadline.getTime() + LISTEN_AFTER_DEADLINE),
    });
    await retry(client, work, new Date(at.getTime() + LEASE), "in flight");
  });
  return row;
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

async function conclude(
  context: LifecycleContext,
  client: Connection,
  work: Work,
  { message, attempt }: Relay,
  answers: readonly { readonly segment: number; readonly answer: AnswerRow }[],
): Promise<void> {
  const now = context.clock.now();
  for (const { segment, answer } of answers) {
    await insertAnswer(client, { messageId: message.messageId, segment, attempt }, answer);
  }
  const accepted = answers.flatMap(({ segment, answer }) => acceptedSegment(segment, answer));
  const failed = answers.find(({ answer }) => answer.kind !== "accepted")?.answer;
  const body = relayEvent(attempt, accepted, failed);
  const chain = await readChain(client, work.messageId);
  if (mayFollow(foldMessage(chain).stage, body.event)) {
    await appendEvidence(client, now, [{ messageId: work.messageId, chain, bodies: [body] }]);
  }
  if (body.event === "RelayDeferred") {
    const runAt = new Date(now.getTime() + backOff(work.attempts, BACK_OFF, context.random));
    await retry(client, work, runAt, failed?.cause ?? "refused for now");
  } else {
    await finish(client, [work]);
  }
}

function relayEvent(
  attempt: number,
  accepted: readonly AcceptedSegment[],
  failed: AnswerRow | undefined,
): EvidenceBody {
  if (!failed) return { event: "RelayToNonERDS", attempt, accepted };
  const commandStatus = failed.commandStatus ?? null;
  if (failed.kind === "unknown") {
    return {
      event: "RelayToNonERDSFailure",
      attempt,
      accepted,
      reason: "acceptanceNotConfirmed",
      commandStatus,
    };
  }
  if (failed.kind === "refused" && failed.cause === "permanent") {
    return { event: "RelayToNonERDSFailure", attempt, accepted, reason: "refused", commandStatus };
  }
  return { event: "RelayDeferred", attempt, accepted, commandStatus };
}

function acceptedSegment(number: number, answer: AnswerRow | undefined): AcceptedSegment[] {
  if (answer?.smscMessageId === undefined) return [];
  return [{ number, smscMessageId: answer.smscMessageId, answeredAt: answer.at.toISOString() }];
}

/** A process died between the attempt and its answer: the segment may be on its way. */
async function concludeLost(
  context: LifecycleContext,
  client: Connection,
  {
    message,
    lost,
    attempts,
  }: { message: Message; lost: readonly AttemptView[]; attempts: readonly AttemptView[] },
  work: Work,
): Promise<void> {
  const now = context.clock.now();
  for (const { segment, attempt, at } of lost) {
    const cause = "the service stopped before the answer came";
    await insertAnswer(
      client,
      { messageId: message.messageId, segment, attempt },
      { kind: "unknown", cause, at: now },
    );
    await insertAwaited(client, {
      messageId: message.messageId,
      segment,
      operator: context.gateway.operator,
      matchKey: undefined,
      recipient: message.recipient.msisdn,
      relayedAt: at,
      listenUntil: new Date(message.receiptDeadline.getTime() + LISTEN_AFTER_DEADLINE),
    });
  }
  const attempt = Math.max(...attempts.map((before) => before.attempt));
  const accepted = attempts
    .filter((before) => before.attempt === attempt)
    .flatMap(({ segment, answer }) => acceptedSegment(segment, answer));
  const chain = await readChain(client, message.messageId);
  const body: EvidenceBody = {
    event: "RelayToNonERDSFailure",
    attempt,
    accepted,
    reason: "acceptanceNotConfirmed",
    commandStatus: null,
  };
  await appendEvidence(client, now, [{ messageId: message.messageId, chain, bodies: [body] }]);
  await finish(client, [work]);
}
