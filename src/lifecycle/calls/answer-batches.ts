import { SECOND } from "../../domain/clock.ts";
import { sha256 } from "../../domain/content.ts";
import type { Caller } from "../../domain/entity.ts";
import { ServiceError } from "../../domain/errors.ts";
import { canonicalJson } from "../../domain/evidence.ts";
import { uuidv7 } from "../../domain/ids.ts";
import {
  claimBatch,
  enqueueBatch,
  findBatch,
  finishBatch,
  insertBatch,
  insertBatchAnswers,
  insertBatchRequests,
  readBatch,
  readUnanswered,
  releaseBatch,
  type Batch,
  type BatchAnswer,
  type BatchRequest,
} from "../../store/batches.ts";
import { transaction } from "../../store/connection/database.ts";
import { findCallerById } from "../../store/parties/users.ts";
import type { LifecycleContext } from "../context.ts";

/** What is handed over to be worked on later. */
interface HandedOver {
  readonly reference: string;
  readonly control: unknown;
  readonly requests: readonly unknown[];
  /** What makes two batches the same one. */
  readonly content: unknown;
}

/**
 * Takes a batch; durable when it resolves. A repeated reference with the same content answers the same
 * batch again.
 *
 * @throws ServiceError DuplicateSubmission when the reference was used with other content
 */
export async function acceptBatch(
  context: LifecycleContext,
  { entity, user }: Caller,
  { reference, control, requests, content }: HandedOver,
): Promise<Batch> {
  const now = context.clock.now();
  const batch: Batch = {
    batchId: uuidv7(now, context.random),
    entityId: entity.entityId,
    userId: user.userId,
    reference,
    digest: sha256(canonicalJson(content)),
    control,
    size: requests.length,
    receivedAt: now,
  };
  const taken = await transaction(context.db, async (client) => {
    if (!(await insertBatch(client, batch))) return false;
    await insertBatchRequests(client, batch.batchId, requests);
    await enqueueBatch(client, batch.batchId, now);
    return true;
  });
  if (taken) {
    context.wake("batch");
    return batch;
  }
  const before = await findBatch(context.db, entity.entityId, reference);
  if (!before) throw new ServiceError("Unavailable");
  if (before.digest !== batch.digest) throw new ServiceError("DuplicateSubmission");
  return before;
}

/** Answers one request of a batch. It may be asked twice, and must then do nothing twice. */
export type AnswerBatchRequest = (
  caller: Caller,
  batch: Batch,
  request: BatchRequest,
) => Promise<BatchAnswer>;

/** How the door answers a request that kept failing for a reason of ours. */
export type FailedAnswer = (request: BatchRequest, error: unknown) => BatchAnswer;

/** Requests that are worked on at the same time; those that come together share a commit. */
const AT_ONCE = 50;
const LEASE = 30 * SECOND;
/** A failure of ours that does not pass is told in the answer after so many attempts. */
const MOST_ATTEMPTS = 5;
const WAIT = 5 * SECOND;

/**
 * Works on the batches that are due, some requests at a time; answers how much it did. Each answer is
 * durable before the next requests are taken up, so that a process may die at any line: what it had
 * claimed comes due again when its lease is over, and what was done is not done again.
 */
export async function answerBatches(
  context: LifecycleContext,
  answer: AnswerBatchRequest,
  failed: FailedAnswer,
): Promise<number> {
  const { db, clock } = context;
  const work = await claimBatch(db, clock.now(), LEASE);
  if (!work) return 0;
  const batch = await readBatch(db, work.batchId);
  const caller = batch && (await findCallerById(db, batch.userId));
  if (!caller) throw new Error(`batch ${work.batchId} has no user`);
  const requests = await readUnanswered(db, work.batchId, AT_ONCE);
  const outcomes = await Promise.allSettled(
    requests.map((request) => answer(caller, batch, request)),
  );
  const isLast = work.attempts >= MOST_ATTEMPTS;
  const answers: BatchAnswer[] = [];
  let waits = false;
  for (const [index, outcome] of outcomes.entries()) {
    const request = requests[index] as BatchRequest;
    if (outcome.status === "fulfilled") answers.push(outcome.value);
    else if (isLast && !(outcome.reason instanceof ServiceError)) {
      answers.push(failed(request, outcome.reason));
    } else waits = true;
  }
  if (answers.length > 0) await insertBatchAnswers(db, work.batchId, answers, clock.now());
  if (waits) {
    const runAt = new Date(clock.now().getTime() + WAIT);
    await releaseBatch(db, work, runAt, work.attempts);
    return answers.length;
  }
  if (requests.length < AT_ONCE) await finishBatch(db, work);
  else await releaseBatch(db, work, clock.now(), 0);
  return Math.max(requests.length, 1);
}
