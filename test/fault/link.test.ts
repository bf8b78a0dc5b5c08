import { relayMessages } from "../../src/lifecycle/relay-message.ts";
import { until } from "../support/hands.ts";
import { HOURS, startStory, type Story } from "../support/story.ts";

let story: Story;

beforeEach(async () => {
  story = await startStory();
});

/** Whatever breaks: no segment is on the wire twice, nothing acknowledged is missing, all is sound. */
afterEach(async () => {
  const { taken } = story.operated;
  expect(new Set(taken).size).toBe(taken.length);
  expect(await count("receipts")).toBeGreaterThanOrEqual(
    new Set(story.operated.receipts.map((receipt) => receipt.rawSha256)).size,
  );
  expect(await story.integrity()).toEqual([]);
  await story.close();
});

async function count(table: string): Promise<number> {
  const { rows } = await story.database.owner.query<{ n: string }>(
    `select count(*) as n from ${table}`,
  );
  return Number(rows[0]?.n);
}

const stage = async (reference: string): Promise<string> =>
  (await story.status(reference)).view.stage.name;
const bound = (): Promise<void> =>
  story.hands.passUntil(() => story.operated.gateway.isReady(), "a new bind");

test("cut before the bytes: the message waits where it is, and is sent once the link is back", async () => {
  story.operated.simulator.cut();
  await until(() => !story.operated.gateway.isReady());
  await story.accept("before", "+34600100000");
  expect(await stage("before")).toBe("accepted");
  await bound();
  await story.pass();
  expect(await stage("before")).toBe("delivered");
  expect(story.operated.taken).toHaveLength(1);
});

test("cut after the bytes: indeterminate, never sent again, and certified as not confirmed", async () => {
  await story.accept("after", "+34600100014");
  await story.pass();
  expect(await stage("after")).toBe("indeterminate");
  await bound();
  for (let day = 1; day <= 4; day++) await story.pass(24 * HOURS);
  expect(await stage("after")).toBe("indeterminate");
  expect(story.operated.taken).toHaveLength(1);
  await story.pass(25 * HOURS);
  expect(await stage("after")).toBe("notDelivered");
  expect(story.operated.taken).toHaveLength(1);
  expect(await story.certificate("after")).toMatchObject({ kind: "negative" });
});

test("cut after the bytes: a receipt on the next bind still settles it", async () => {
  await story.accept("receipt", "+34600100015");
  await story.pass();
  await story.pass(180_000);
  expect(await stage("receipt")).toBe("delivered");
});

test("cut in the middle of a long message: the rest is not sent, what was taken is not repeated", async () => {
  await story.accept("long", "+34600100014", { text: "ç".repeat(500) });
  await story.pass();
  await bound();
  await story.pass(HOURS);
  expect(await stage("long")).toBe("indeterminate");
  expect(story.operated.taken).toHaveLength(1);
});

test("cut after the answer: the receipts come on the next bind", async () => {
  const { simulator, taken } = story.operated;
  await story.accept("answered", "+34600100027", { text: "ç".repeat(200) });
  await relayMessages(story.context);
  expect(taken).toHaveLength(3);
  simulator.cut();
  await story.pass(90_000);
  expect(await stage("answered")).toBe("delivered");
  expect(taken).toHaveLength(3);
});

test("the database fails while receipts come: none is acknowledged, all come again", async () => {
  for (let each = 0; each < 8; each++) {
    await story.accept(`down-${each}`, "+34600100027", { text: `Avís número ${each}` });
  }
  expect(await relayMessages(story.context)).toBe(8);
  await story.database.owner.query("alter table receipts rename to receipts_away");
  await story.hands.advance(70_000);
  expect(story.operated.simulator.waiting()).toBe(8);
  expect(story.operated.receipts).toHaveLength(0);
  await story.database.owner.query("alter table receipts_away rename to receipts");
  await story.hands.passUntil(() => story.operated.simulator.waiting() === 0, "the repetition");
  await story.pass();
  for (let each = 0; each < 8; each++) expect(await stage(`down-${each}`)).toBe("delivered");
});

test("cut between the receipt and its acknowledgement: it comes again and counts once", async () => {
  const { inbox } = story.context;
  let cuts = 2;
  Object.assign(story.context, {
    inbox: async (...receipt: Parameters<typeof inbox>) => {
      await inbox(...receipt);
      if (cuts-- > 0) story.operated.simulator.cut();
    },
  });
  await story.accept("twice", "+34600100000");
  await relayMessages(story.context);
  await story.hands.advance(500);
  await story.hands.passUntil(() => story.operated.simulator.waiting() === 0, "the repetition");
  await story.pass();
  expect(await stage("twice")).toBe("delivered");
  expect(await count("receipts")).toBe(3);
  expect(await count("certificates")).toBe(1);
});
