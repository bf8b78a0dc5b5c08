import { createOperatorQuestions } from "../../src/lifecycle/ask-operator.ts";
import { relayMessages } from "../../src/lifecycle/relay-message.ts";
import type { RelayedSegment } from "../../src/lifecycle/ports.ts";
import { turns, until } from "../support/hands.ts";
import { HOURS, startStory, type Story } from "../support/story.ts";
import { toldGateway } from "../support/told-gateway.ts";

let story: Story;
beforeAll(async () => {
  story = await startStory();
});
afterAll(async () => {
  expect(await story.integrity()).toEqual([]);
  await story.close();
});

test("before a negative certificate the SMSC is asked once what it knows", async () => {
  const ask = createOperatorQuestions(story.context);
  await story.accept("knows", "+34600100405");
  await story.accept("still-trying", "+34600100404");
  await story.accept("told-already", "+34600100000");
  await story.accept("failed-already", "+34600100009");
  await story.pass();
  expect(await ask()).toBe(0);
  await story.hands.advance(120 * HOURS);
  expect(await ask()).toBe(2);
  expect(await ask()).toBe(0);
  await story.pass();
  expect((await story.status("knows")).view.outcome).toMatchObject({ kind: "delivered" });
  expect((await story.status("still-trying")).view.outcome).toBeUndefined();
  await story.pass(HOURS);
  expect((await story.status("still-trying")).view.outcome).toMatchObject({
    kind: "notDelivered",
    reason: "noReceipt",
  });
});

test("a silent SMSC is asked a few at a time, and holds the step up for ten seconds at most", async () => {
  const asked: string[] = [];
  let says = (): Promise<void> => new Promise(() => undefined);
  const gateway = {
    ...toldGateway(story),
    query({ recipient }: RelayedSegment): Promise<void> {
      asked.push(recipient);
      return says();
    },
  };
  const context = { ...story.context, gateway };
  for (let index = 0; index < 25; index++) {
    await story.accept(`silent-${index}`, `+346001010${String(index).padStart(2, "0")}`);
  }
  await relayMessages(context);
  await story.hands.advance(120 * HOURS);
  const ask = createOperatorQuestions(context);

  const first = ask();
  await until(() => asked.length === 10, "ten questions");
  await turns();
  expect(asked).toHaveLength(10);
  await story.hands.advance(10_000);
  // Nothing more at once: a step that answers more than nothing is run again.
  expect(await first).toBe(0);
  expect(asked).toHaveLength(10);

  // Whose answer could not be stored is asked about again; the others are not.
  says = () => Promise.reject(new Error("not stored"));
  await expect(ask()).rejects.toThrow("not stored");
  says = () => Promise.resolve();
  expect(await ask()).toBe(15);
  expect(new Set(asked).size).toBe(25);
  expect(await ask()).toBe(0);
});
