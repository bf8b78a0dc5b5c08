import type { BusinessEvent, RelayResult } from "../domain/business-event.ts";
import { HOUR, MINUTE, SECOND } from "../domain/clock.ts";
import type { PlannedSegment } from "../domain/content.ts";
import type { AcceptedSegment, Evidence, EvidenceBody } from "../domain/evidence.ts";
import { foldMessage, mayFollow } from "../domain/message.ts";
import type { Message } from "../domain/submission.ts";
import type { Connection } from "../store/connection/database.ts";
import { appendEvidence, readChain } from "../store/evidence.ts";
import { insertAnswer, insertAwaited, type AnswerRow, type AttemptView } from "../store/relay.ts";
import { finish, retry, type Work } from "../store/work.ts";
import { backOff } from "./back-off.ts";
import type { LifecycleContext } from "./context.ts";

export const BACK_OFF = { first: 2 * SECOND, most: 10 * MINUTE };
/** How long after its deadline a segment is still listened to, for a correction. */
export const LISTEN_AFTER_DEADLINE = 30 * 24 * HOUR;

/** What one claim has to do: the segments to send, or nothing more than to close what is known. */
export interface Relay {
  readonly message: Message;
  readonly attempt: number;
  readonly toSend: readonly PlannedSegment[];
}

/** Writes down what the operator answered, and answers what that comes to; what was put off is tried again. */
export async function conclude(
  context: LifecycleContext,
  client: Connection,
  work: Work,
  { message, attempt }: Relay,
  answers: readonly { readonly segment: number; readonly answer: AnswerRow }[],
): Promise<BusinessEvent> {
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
  return relayedEvent(work, attempt, resultOf(body), failed?.commandStatus);
}

function relayedEvent(
  { messageId }: Pick<Work, "messageId">,
  attempt: number,
  result: RelayResult,
  commandStatus?: number,
): BusinessEvent {
  return { name: "relayed", messageId, result, attempt, commandStatus };
}

function resultOf(body: RelayBody): RelayResult {
  if (body.event === "RelayToNonERDS") return "relayed";
  if (body.event === "RelayDeferred") return "deferred";
  return body.reason === "refused" ? "refused" : "indeterminate";
}

type RelayBody = Extract<
  EvidenceBody,
  { event: "RelayToNonERDS" | "RelayDeferred" | "RelayToNonERDSFailure" }
>;

function relayEvent(
  attempt: number,
  accepted: readonly AcceptedSegment[],
  failed: AnswerRow | undefined,
): RelayBody {
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

/** A process died after the last answer and before it told of it: every segment is taken already. */
export async function concludeComplete(
  client: Connection,
  {
    message,
    chain,
    attempts,
  }: {
    message: Message;
    chain: readonly Evidence[];
    attempts: readonly AttemptView[];
  },
  now: Date,
): Promise<BusinessEvent> {
  const accepted = attempts.flatMap(({ segment, answer }) => acceptedSegment(segment, answer));
  const attempt = Math.max(...attempts.map((before) => before.attempt));
  const body: EvidenceBody = { event: "RelayToNonERDS", attempt, accepted };
  await appendEvidence(client, now, [{ messageId: message.messageId, chain, bodies: [body] }]);
  return relayedEvent(message, attempt, "relayed");
}

/** A process died between the attempt and its answer: the segment may be on its way. */
export async function concludeLost(
  context: LifecycleContext,
  client: Connection,
  {
    message,
    lost,
    attempts,
  }: { message: Message; lost: readonly AttemptView[]; attempts: readonly AttemptView[] },
  work: Work,
): Promise<BusinessEvent> {
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
      attempt,
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
  return relayedEvent(work, attempt, "indeterminate");
}
