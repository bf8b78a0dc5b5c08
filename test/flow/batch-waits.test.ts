import { DAY, HOUR, MINUTE, SECOND } from "../../src/domain/clock.ts";
import { ServiceError } from "../../src/domain/errors.ts";
import { acceptBatch, answerBatches } from "../../src/lifecycle/calls/answer-batches.ts";
import { passes } from "../../src/pica/specific/errors.ts";
import { findBatch, readBatchAnswers } from "../../src/store/batches.ts";
import { readCondition } from "../../src/store/condition.ts";
import { startStory, type Story } from "../support/story.ts";

/** What becomes of a request of a batch that cannot be answered: how long it waits, who sees it. */
let story: Story;
beforeAll(async () => {
  story = await startStory();
});
afterAll(async () => {
  expect(await story.integrity()).toEqual([]);
  await story.close();
});

interface Tried {
  /** When each request was tried, in milliseconds from the first time on, by position. */
  readonly at: ReadonlyMap<number, number[]>;
  readonly answers: readonly string[];
}

/** Works on a batch whose requests fail as told, until it is done; looks at the waiting each time. */
async function work(
  reference: string,
  failures: readonly (Error | undefined)[],
  look: () => Promise<void> = () => Promise.resolve(),
): Promise<Tried> {
  const { context, caller, hands } = story;
  const requests = failures.map((_, index) => index + 1);
  await acceptBatch(context, caller, { reference, control: {}, requests, content: reference });
  const batch = await findBatch(context.db, caller.entity.entityId, reference);
  const began = hands.clock.now().getTime();
  const at = new Map<number, number[]>();
  const pass = (): Promise<number> =>
    answerBatches(context, {
      answer(_caller, _batch, { position }) {
        const time = hands.clock.now().getTime() - began;
        at.set(position, [...(at.get(position) ?? []), time]);
        const failure = failures[position - 1];
        if (failure) return Promise.reject(failure);
        return Promise.resolve({ position, before: "done", after: "" });
      },
      passes,
      giveUp: ({ position }) => ({ position, before: "given up", after: "" }),
    });
  const left = async (): Promise<Date | undefined> => {
    const { rows } = await context.db.query<{ run_at: Date }>("select run_at from batch_work");
    return rows[0]?.run_at;
  };
  for (let due = await left(); due; due = await left()) {
    await hands.advance(Math.max(0, due.getTime() - hands.clock.now().getTime()));
    while ((await pass()) > 0);
    await look();
  }
  const answers = await readBatchAnswers(context.db, batch!.batchId);
  return { at, answers: answers.map(({ before }) => before) };
}

const pauses = (times: readonly number[] = []): number[] =>
  times.slice(1).map((time, index) => time - (times[index] ?? 0));

test("what passes by itself is tried again, more and more rarely, and given up after a day", async () => {
  const causes = new Set<string | undefined>();
  const { at, answers } = await work(
    "busy",
    [undefined, new ServiceError("TooManyRequests"), undefined],
    async () => {
      const { work: backlog } = await readCondition(story.context.db, story.hands.clock);
      causes.add(backlog.find(({ step }) => step === "batch")?.cause);
    },
  );
  expect(answers).toEqual(["done", "given up", "done"]);
  expect(at.get(1)).toEqual([0]);
  expect(at.get(3)).toEqual([0]);
  const waited = pauses(at.get(2));
  expect(waited[0]).toBeLessThanOrEqual(7.5 * SECOND);
  expect(Math.max(...waited)).toBeGreaterThan(4 * MINUTE);
  expect(Math.max(...waited)).toBeLessThanOrEqual(7.5 * MINUTE);
  const whole = at.get(2)?.at(-1) ?? 0;
  expect(whole).toBeGreaterThanOrEqual(DAY);
  expect(whole).toBeLessThan(DAY + HOUR);
  expect(causes).toEqual(new Set(["TooManyRequests", undefined]));
});

test("a failure of ours is tried five times, and so is a code that no request can cause", async () => {
  const { at, answers } = await work("broken", [
    new Error("a bug"),
    new ServiceError("NotCancellable"),
    undefined,
  ]);
  expect(answers).toEqual(["given up", "given up", "done"]);
  expect([at.get(1)?.length, at.get(2)?.length, at.get(3)?.length]).toEqual([5, 5, 1]);
  expect(at.get(1)?.at(-1)).toBeLessThan(3 * MINUTE);
});

test("when the service says when to come back, that is waited for", async () => {
  let calls = 0;
  const busy = new ServiceError("Unavailable", { retryAfterSeconds: 60 });
  const failures: (Error | undefined)[] = [busy];
  const { at, answers } = await work("store", failures, () => {
    calls += 1;
    if (calls === 1) failures[0] = undefined;
    return Promise.resolve();
  });
  expect(answers).toEqual(["done"]);
  expect(pauses(at.get(1))).toEqual([60 * SECOND]);
});

test("requests that wait keep none of the others from being answered", async () => {
  const failures = Array.from({ length: 120 }, (_, index) =>
    index < 60 ? new ServiceError("TooManyRequests") : undefined,
  );
  const doneAtOnce: number[] = [];
  const { at } = await work("many", failures, () => {
    if (doneAtOnce.length === 0) {
      doneAtOnce.push(failures.filter((failure) => !failure).length);
      failures.fill(undefined);
    }
    return Promise.resolve();
  });
  expect(doneAtOnce).toEqual([60]);
  for (let position = 61; position <= 120; position += 1) expect(at.get(position)).toEqual([0]);
  for (let position = 1; position <= 60; position += 1) expect(at.get(position)).toHaveLength(2);
});
