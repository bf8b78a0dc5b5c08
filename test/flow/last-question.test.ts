import { createOperatorQuestions } from "../../src/lifecycle/ask-operator.ts";
import { HOURS, startStory, type Story } from "../support/story.ts";

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
