import type { BusinessEvent, RelayResult } from "../domain/business-event.ts";
import { HOUR, MINUTE, SECOND } from "../domain/clock.ts";
import type { PlannedSegment } from "../domain/content.ts";
import type { AcceptedSegment, Evidence, EvidenceBody } from "../domain/evidence.ts";
import { foldMessage, mayFollow } from "../domain/message.ts";
import type { Message } from "../domain/submission.ts";
import { retrying } from "../store/connection/database.ts";
import { newsOf, readChains, recordsOf } from "../store/evidence.ts";
import {
  recordRelay,
  type Answered,
  type AnswerRow,
  type AttemptView,
  type Awaited,
  type RelayRecord,
} from "../store/relay.ts";
import type { Work } from "../store/work.ts";
import { backOff } from "./back-off.ts";
import type { LifecycleContext } from "./context.ts";

export const BACK_OFF = { first: 2 * SECOND, most: 10 * MINUTE };
/** How long after its deadline a segment is still listened to, for a correction. */
export const LISTEN_AFTER_DEADLINE = 30 * 24 * HOUR;

const EMPTY_RECORD: RelayRecord = {
  answers: [],
  awaited: [],
  evidence: [],
  news: [],
  finished: [],
  putOff: [],
};

/** What one claim has to do. */
export interface Relay {
  readonly message: Message;
  readonly attempt: number;
  readonly toSend: readonly PlannedSegment[];
  /** As this process knows it: the attempt is its last record. */
  readonly chain: readonly Evidence[];
}

/** What has become of a relay since it was last written down. */
export interface RelayNews {
  readonly work: Work;
  readonly relay: Relay;
  readonly answers: readonly Answered[];
  readonly awaited: readonly Awaited[];
  /** There are segments left to send: until when nobody else may. Undefined: this is the end. */
  readonly lease: Date | undefined;
}

/**
 * Writes down what the operator answered about relays, all in one statement, and answers what each came
 * to; undefined for those that go on. What was put off is tried again.
 */
export async function recordNews(
  context: LifecycleContext,
  news: readonly RelayNews[],
): Promise<(BusinessEvent | undefined)[]> {
  const ids = news.flatMap(({ lease, work }) => (lease ? [] : [work.messageId]));
  let again = false;
  return retrying(async () => {
    const now = context.clock.now();
    // Where a receipt has come meanwhile the place in the chain is taken: then it is read again.
    const chains = again && ids.length > 0 ? await readChains(context.db, ids) : undefined;
    again = true;
    const ends = news.map((each) => {
      if (each.lease) return undefined;
      const chain = chains ? (chains.get(each.work.messageId) ?? []) : each.relay.chain;
      return endOf(context, each, chain, now);
    });
    await recordRelay(context.db, {
      answers: news.flatMap(({ answers }) => answers),
      awaited: news.flatMap(({ awaited }) => awaited),
      ...attesting(ends.flatMap((end) => end ?? [])),
      finished: news.flatMap(({ work, lease }, index) =>
        lease || ends[index]?.later ? [] : [work],
      ),
      putOff: news.flatMap(({ work, lease }, index) => {
        const later = lease ? { runAt: lease, cause: "in flight" } : ends[index]?.later;
        return later ? [{ work, ...later }] : [];
      }),
    });
    return ends.map((end) => end?.event);
  });
}

/** What a relay came to, with the evidence of it. */
interface End {
  readonly message: Message;
  readonly event: BusinessEvent;
  readonly evidence: readonly Evidence[];
  /** When the rest is tried again, if it is. */
  readonly later?: { readonly runAt: Date; readonly cause: string } | undefined;
}

function endOf(
  context: LifecycleContext,
  { work, relay: { message, attempt }, answers }: RelayNews,
  chain: readonly Evidence[],
  now: Date,
): End {
  const accepted = answers.flatMap(({ segment, answer }) => acceptedSegment(segment, answer));
  const failed = answers.find(({ answer }) => answer.kind !== "accepted")?.answer;
  const body = relayEvent(attempt, accepted, failed);
  const event = relayedEvent(message, attempt, resultOf(body), failed?.commandStatus);
  const evidence =
    mayFollow(foldMessage(chain).stage, body.event) && !isTold(chain, body)
      ? recordsOf(now, [{ messageId: message.messageId, chain, bodies: [body] }])
      : [];
  if (body.event !== "RelayDeferred") return { message, event, evidence };
  const runAt = new Date(now.getTime() + backOff(work.attempts, BACK_OFF, context.random));
  return { message, event, evidence, later: { runAt, cause: failed?.cause ?? "refused for now" } };
}

/**
 * The database may have stored it without saying so. By the time that it is asked again the next attempt
 * may have begun, whose evidence this is not.
 */
function isTold(chain: readonly Evidence[], { event, attempt }: RelayBody): boolean {
  return chain.some(({ body }) =>
    body.event === "RelayAttempt"
      ? body.attempt > attempt
      : body.event === event && body.attempt === attempt,
  );
}

function attesting(ends: readonly End[]): Pick<RelayRecord, "evidence" | "news"> {
  return {
    evidence: ends.flatMap(({ evidence }) => evidence),
    news: ends.flatMap(({ evidence, message: { entityId } }) =>
      newsOf(evidence).map((news) => ({ ...news, entityId })),
    ),
  };
}

/** From when and how long a segment that the operator may have is listened to. */
export function awaitedOf(
  context: LifecycleContext,
  message: Message,
  sent: Pick<Awaited, "segment" | "attempt" | "matchKey" | "relayedAt">,
): Awaited {
  return {
    ...sent,
    messageId: message.messageId,
    operator: context.gateway.operator,
    recipient: message.recipient.msisdn,
    listenUntil: new Date(message.receiptDeadline.getTime() + LISTEN_AFTER_DEADLINE),
  };
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

/** What is known of a message whose relay another process has begun. */
interface Left {
  readonly message: Message;
  readonly chain: readonly Evidence[];
  readonly attempts: readonly AttemptView[];
}

/** A process died after the last answer and before it told of it: every segment is taken already. */
export function recordOfComplete(
  { message, chain, attempts }: Left,
  now: Date,
): { readonly event: BusinessEvent; readonly record: RelayRecord } {
  const accepted = attempts.flatMap(({ segment, answer }) => acceptedSegment(segment, answer));
  const attempt = Math.max(...attempts.map((before) => before.attempt));
  const body: EvidenceBody = { event: "RelayToNonERDS", attempt, accepted };
  const evidence = recordsOf(now, [{ messageId: message.messageId, chain, bodies: [body] }]);
  const event = relayedEvent(message, attempt, "relayed");
  return { event, record: { ...EMPTY_RECORD, ...attesting([{ message, event, evidence }]) } };
}

/** A process died between the attempt and its answer: the segment may be on its way. */
export function recordOfLost(
  context: LifecycleContext,
  { message, chain, attempts, lost }: Left & { readonly lost: readonly AttemptView[] },
): { readonly event: BusinessEvent; readonly record: RelayRecord } {
  const now = context.clock.now();
  const cause = "the service stopped before the answer came";
  const answer: AnswerRow = { kind: "unknown", cause, at: now };
  const attempt = Math.max(...attempts.map((before) => before.attempt));
  const accepted = attempts
    .filter((before) => before.attempt === attempt)
    .flatMap((before) => acceptedSegment(before.segment, before.answer));
  const body: EvidenceBody = {
    event: "RelayToNonERDSFailure",
    attempt,
    accepted,
    reason: "acceptanceNotConfirmed",
    commandStatus: null,
  };
  const evidence = recordsOf(now, [{ messageId: message.messageId, chain, bodies: [body] }]);
  const event = relayedEvent(message, attempt, "indeterminate");
  return {
    event,
    record: {
      ...EMPTY_RECORD,
      ...attesting([{ message, event, evidence }]),
      answers: lost.map(({ segment, attempt: of }) => ({
        messageId: message.messageId,
        segment,
        attempt: of,
        answer,
      })),
      awaited: lost.map(({ segment, attempt: of, at }) =>
        awaitedOf(context, message, { segment, attempt: of, matchKey: undefined, relayedAt: at }),
      ),
    },
  };
}
