import type { BusinessEvent } from "../../domain/business-event.ts";
import { DAY, MINUTE, SECOND } from "../../domain/clock.ts";
import { sha256 } from "../../domain/content.ts";
import type { Caller } from "../../domain/entity.ts";
import { ServiceError } from "../../domain/errors.ts";
import { canonicalJson } from "../../domain/evidence.ts";
import { uuidv7 } from "../../domain/ids.ts";
import {
  claimBatch,
  endBatchClaim,
  enqueueBatch,
  holdBatch,
  readDueRequests,
  saveBatchWaits,
  type BatchWait,
  type DueRequest,
} from "../../store/batch-work.ts";
import {
  findBatch,
  insertBatch,
  insertBatchAnswers,
  insertBatchRequests,
  readBatch,
  type Batch,
  type BatchAnswer,
  type BatchRequest,
} from "../../store/batches.ts";
import { transaction } from "../../store/connection/database.ts";
import { findCallerById } from "../../store/parties/users.ts";
import { backOff } from "../back-off.ts";
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

/** How a door answers the requests of a batch. */
export interface BatchDoor {
  /** It may be asked twice for the same request, and must then do nothing twice. */
  answer(caller: Caller, batch: Batch, request: BatchRequest): Promise<BatchAnswer>;
  /** Whether a failure passes by itself: the service cannot answer now, or not so much at once. */
  passes(error: unknown): boolean;
  /** The answer to a request that was given up; the service knows the failure by the id. */
  giveUp(request: BatchRequest, correlationId: string): BatchAnswer;
}

/** Requests that are worked on at the same time; those that come together share a commit. */
const AT_ONCE = 50;
/** Far longer than they take; whoever works on the same ones beside does nothing twice. */
const LEASE = 10 * SECOND;
const BACK_OFF = { first: 5 * SECOND, most: 5 * MINUTE };
/** A failure that passes by itself is waited for so long: whoever polls wants an answer some day. */
const LONGEST_WAIT = DAY;
/** One that does not is given up after so many attempts. */
const MOST_ATTEMPTS = 5;

/**
 * Works on the batches that are due, some requests at a time; answers how much it did. Each answer is
 * durable before the next requests are taken up, so that a process may die at any line: what it had
 * claimed comes due again when its lease is over, and what was done is not done again. A request that
 * fails waits and is tried again while the others go on.
 */
export async function answerBatches(context: LifecycleContext, door: BatchDoor): Promise<number> {
  const { db, clock } = context;
  const work = await claimBatch(db, clock.now(), LEASE);
  if (!work) return 0;
  const batch = await readBatch(db, work.batchId);
  const caller = batch && (await findCallerById(db, batch.userId));
  if (!caller) throw new Error(`batch ${work.batchId} has no user`);
  const requests = await readDueRequests(db, work.batchId, clock.now(), AT_ONCE);
  const outcomes = await Promise.allSettled(
    requests.map((request) => door.answer(caller, batch, request)),
  );
  const answers: BatchAnswer[] = [];
  const waits: BatchWait[] = [];
  const events: BusinessEvent[] = [];
  for (const [index, outcome] of outcomes.entries()) {
    const request = requests[index] as DueRequest;
    if (outcome.status === "fulfilled") {
      answers.push(outcome.value);
      continue;
    }
    const cause = String(outcome.reason);
    const wait = waitAfter(context, door, request, outcome.reason);
    if (wait) {
      waits.push(wait);
      const { attempts } = wait;
      events.push({ name: "requestPutOff", batchId: work.batchId, attempts, cause });
    } else {
      const correlationId = uuidv7(clock.now(), context.random);
      answers.push(door.giveUp(request, correlationId));
      events.push({ name: "requestGivenUp", batchId: work.batchId, correlationId, cause });
    }
  }
  const isHeld = await transaction(db, async (client) => {
    const held = await holdBatch(client, work);
    const now = clock.now();
    await insertBatchAnswers(client, work.batchId, answers, now);
    if (!held) return false;
    await saveBatchWaits(client, work.batchId, waits);
    await endBatchClaim(client, work, now);
    return true;
  });
  if (isHeld) for (const event of events) context.tell(event);
  return Math.max(requests.length, 1);
}

/** When a request that failed is tried again; undefined when it is given up. */
function waitAfter(
  { clock, random }: LifecycleContext,
  door: BatchDoor,
  { position, failed }: DueRequest,
  error: unknown,
): BatchWait | undefined {
  const now = clock.now();
  const attempts = (failed?.attempts ?? 0) + 1;
  const since = failed?.since ?? now;
  const isOver = door.passes(error)
    ? now.getTime() - since.getTime() >= LONGEST_WAIT
    : attempts >= MOST_ATTEMPTS;
  if (isOver) return undefined;
  const known = error instanceof ServiceError ? error : undefined;
  const asked = Math.min((known?.retryAfterSeconds ?? 0) * SECOND, BACK_OFF.most);
  const pause = Math.max(backOff(attempts, BACK_OFF, random), asked);
  const runAt = new Date(now.getTime() + pause);
  return { position, attempts, since, runAt, cause: known?.code ?? "Internal" };
}
