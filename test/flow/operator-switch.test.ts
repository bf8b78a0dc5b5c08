import { setOperator } from "../../src/store/parties/operators.ts";
import { startStory, type Story } from "../support/story.ts";

let story: Story;
beforeAll(async () => {
  story = await startStory();
});
afterAll(async () => {
  expect(await story.integrity()).toEqual([]);
  await story.close();
});

test("while a person has stopped the relaying messages are accepted and wait", async () => {
  const { context, hands, operated } = story;
  const { operator } = context.gateway;
  await setOperator(context.db, operator, false, hands.clock.now());
  await story.accept("waits", "+34600100000");
  await story.pass();
  expect(operated.taken).toEqual([]);
  expect((await story.status("waits")).view.stage.name).toBe("accepted");
  await setOperator(context.db, "another operator", false, hands.clock.now());
  await setOperator(context.db, operator, true, hands.clock.now());
  await story.pass();
  expect(operated.taken).toHaveLength(1);
  expect((await story.status("waits")).view.stage.name).toBe("delivered");
});
