import { setImmediate as turn } from "node:timers/promises";
import type { SubmitAnswer } from "../../src/lifecycle/ports.ts";
import { certifyMessages } from "../../src/lifecycle/certify-message.ts";
import { matchReceipts } from "../../src/lifecycle/match-receipts.ts";
import { orderResend } from "../../src/lifecycle/decisions/order-resend.ts";
import { recordReceipt } from "../../src/lifecycle/record-receipt.ts";
import { relayMessages, type Relaying } from "../../src/lifecycle/relay-message.ts";
import { settleOutcomes } from "../../src/lifecycle/settle-outcome.ts";
import type { MessageId } from "../../src/domain/ids.ts";
import { HOURS, startStory, type Story } from "../support/story.ts";
import { interrupted, report, toldGateway } from "../support/told-gateway.ts";

/** Steps of several processes fall between each other's lines: each test is one such moment. */
let story: Story;
beforeEach(async () => {
  story = await startStory();
});
afterEach(async () => {
  await story.close();
});

const ONE = "+34600100000";
const TWO = "+34600100001";

async function keys(): Promise<{ match_key: string; recipient: string }[]> {
  const { rows } = await story.database.owner.query<{ match_key: string; recipient: string }>(
    "select match_key, recipient from awaited_segments order by recipient, segment",
  );
  return rows;
}

test("a receipt that is matched while settling puts the message off is not waited for five days", async () => {
  const context = { ...story.context, gateway: toldGateway(story) };
  await story.accept("a", ONE, { text: "x".repeat(200) });
  await relayMessages(context);
  const [first, second] = await keys();
  await recordReceipt(context, report(story, first!.match_key, ONE));
  await matchReceipts(context);
  let come = false;
  const db = interrupted(context.db, async (statement) => {
    if (come || !statement.startsWith("update work set run_at = $5")) return;
    come = true;
    await recordReceipt(context, report(story, second!.match_key, ONE));
    await matchReceipts(context);
  });
  await settleOutcomes({ ...context, db });
  expect(come).toBe(true);
  await settleOutcomes(context);
  expect((await story.status("a")).view.outcome).toMatchObject({ kind: "delivered" });
});

test("a receipt that was stored in time is matched before the deadline decides", async () => {
  const context = { ...story.context, gateway: toldGateway(story) };
  await story.accept("a", ONE);
  await relayMessages(context);
  const [only] = await keys();
  await recordReceipt(context, report(story, only!.match_key, ONE));
  await story.hands.advance(121 * HOURS);
  await settleOutcomes(context);
  await matchReceipts(context);
  await settleOutcomes(context);
  await certifyMessages(context);
  expect((await story.status("a")).certificate).toMatchObject({ kind: "positive" });
});

test("nothing is called undelivered while the link is down", async () => {
  const context = { ...story.context, gateway: toldGateway(story) };
  const { receiptDeadline } = await story.accept("a", ONE);
  await relayMessages(context);
  await story.hands.advance(121 * HOURS);
  const silent = { ...context.gateway, heard: () => Promise.resolve(undefined) };
  await settleOutcomes({ ...context, gateway: silent });
  expect((await story.status("a")).view.outcome).toBeUndefined();
  await story.hands.advance(HOURS);
  // What is known of it ends a moment too early: a receipt may have come afterwards.
  const until = new Date(receiptDeadline.getTime() + 10 * 60_000 - 1);
  const unsure = {
    ...context.gateway,
    heard: () => Promise.resolve({ since: new Date(0), until }),
  };
  await settleOutcomes({ ...context, gateway: unsure });
  expect((await story.status("a")).view.outcome).toBeUndefined();
  await story.hands.advance(5_000);
  await settleOutcomes(context);
  expect((await story.status("a")).view.outcome).toMatchObject({ reason: "noReceipt" });
});

const REFUSED: SubmitAnswer = { kind: "refused", commandStatus: 0x58, permanent: false };
test.each<[string, SubmitAnswer | undefined]>([
  ["accepted", undefined],
  ["refused for now", REFUSED],
  ["not sent", { kind: "notSent", cause: "the window is full" }],
])("a passing fault of the database does not forget an answer: %s", async (_what, first) => {
  const gateway = toldGateway(story, (_recipient, nth) =>
    nth === 1 && first ? Promise.resolve(first) : undefined,
  );
  const context = { ...story.context, gateway };
  await story.accept("a", ONE);
  let faults = 0;
  const db = interrupted(context.db, (statement) => {
    if (!statement.includes("insert into relay_answers") || faults > 0) return Promise.resolve();
    faults += 1;
    return Promise.reject(new Error("the database has gone away"));
  });
  const over = { relay: false };
  void relayMessages({ ...context, db }).then(() => (over.relay = true));
  while (!over.relay) {
    await turn();
    await story.hands.advance(100);
  }
  expect(faults).toBe(1);
  await story.hands.advance(HOURS);
  await relayMessages(context);
  const { view } = await story.status("a");
  expect(view.stage.name).toBe("relayed");
  expect(view.segments[0]?.smscMessageId).toBeDefined();
});

test("receipts that fit nothing do not stand in the way of those that do", async () => {
  const context = { ...story.context, gateway: toldGateway(story) };
  await story.accept("a", ONE);
  await story.accept("b", TWO);
  await relayMessages(context);
  const [a, b] = await keys();
  const strange = Array.from({ length: 2_100 }, () => report(story, a!.match_key, "+34600999999"));
  await Promise.all(strange.map((each) => recordReceipt(context, each)));
  await story.hands.advance(5_000);
  await recordReceipt(context, report(story, b!.match_key, TWO));
  await matchReceipts(context);
  await settleOutcomes(context);
  expect((await story.status("b")).view.stage.name).toBe("delivered");
});

test("an answer that does not come holds up nobody else", async () => {
  const silence: { end?: (answer: SubmitAnswer) => void } = {};
  const gateway = toldGateway(story, (recipient) =>
    recipient === ONE ? new Promise((resolve) => (silence.end = resolve)) : undefined,
  );
  const context = { ...story.context, gateway };
  const relaying: Relaying = new Set();
  await story.accept("a", ONE);
  await relayMessages(context, relaying);
  while (!silence.end) await turn();
  await story.accept("b", TWO);
  await relayMessages(context, relaying);
  while (relaying.size > 1) await turn();
  expect((await story.status("b")).view.stage.name).toBe("relayed");
  silence.end({ kind: "unknown", cause: "no answer" });
  await Promise.all(relaying);
  expect((await story.status("a")).view.stage.name).toBe("indeterminate");
});

test("no more attempts are written down than the link can have in hand", async () => {
  const answers: ((answer: SubmitAnswer) => void)[] = [];
  const silent = toldGateway(story, () => new Promise((resolve) => answers.push(resolve)));
  const context = { ...story.context, gateway: { ...silent, capacity: 4 } };
  const relaying: Relaying = new Set();
  const references = Array.from({ length: 10 }, (_, index) => `hand ${index}`);
  for (const reference of references) await story.accept(reference, ONE);
  const attempts = async (): Promise<number | undefined> => {
    const { rows } = await context.db.query<{ n: number }>(
      "select count(*)::int as n from relay_attempts",
    );
    return rows[0]?.n;
  };
  const before = (await attempts()) ?? 0;
  const takeUp = async (): Promise<void> => {
    while ((await relayMessages(context, relaying)) > 0);
  };
  await takeUp();
  while (answers.length < 4) await turn();
  expect(await attempts()).toBe(before + 4);
  // One place is too few to ask for; with two the next are taken up.
  for (const answer of answers.splice(0, 2)) answer({ kind: "unknown", cause: "no answer" });
  while (relaying.size > 2) await turn();
  await takeUp();
  while (answers.length < 4) await turn();
  expect(await attempts()).toBe(before + 6);
  while (relaying.size > 0) {
    for (const answer of answers.splice(0)) answer({ kind: "unknown", cause: "no answer" });
    await turn();
    await takeUp();
  }
});

test("evidence that this version cannot read stops nobody else", async () => {
  const context = { ...story.context, gateway: toldGateway(story) };
  const { messageId } = await story.accept("a", ONE);
  await story.accept("b", TWO);
  await relayMessages(context);
  await story.database.owner.query(
    `insert into evidence select message_id, seq + 1, at, '{"event": "Later"}', sha256, sha256
     from evidence where message_id = $1 order by seq desc limit 1`,
    [messageId],
  );
  for (const { match_key, recipient } of await keys()) {
    await recordReceipt(context, report(story, match_key, recipient));
  }
  await matchReceipts(context);
  await settleOutcomes(context);
  expect((await story.status("b")).view.stage.name).toBe("delivered");
});

test("settings that would now cut the text elsewhere are shown to a person, not sent", async () => {
  await story.accept("a", ONE, { text: "x".repeat(150) });
  const gateway = toldGateway(story);
  const longer = {
    ...gateway,
    plan: (t: string, r: number) => gateway.plan(t + "y".repeat(99), r),
  };
  await relayMessages({ ...story.context, gateway: longer });
  expect(await keys()).toEqual([]);
  const { rows } = await story.database.owner.query<{ cause: string }>(
    "select cause from work where step = 'relay' and dead",
  );
  expect(rows[0]?.cause).toContain("now make 2 segments of the 1 accepted");
});

test("a receipt of the first sending still counts after a person has ordered a second", async () => {
  const gateway = toldGateway(story, (_recipient, nth) =>
    nth === 1 ? Promise.resolve({ kind: "unknown", cause: "no answer" }) : undefined,
  );
  const context = { ...story.context, gateway };
  const { messageId } = await story.accept("a", ONE);
  await relayMessages(context);
  const order = { orderedBy: "A. Operadora", reason: "no trace of it" };
  expect(await orderResend(context, messageId as MessageId, order)).toBe("ordered");
  await story.hands.advance(1_000);
  await recordReceipt(context, report(story, "of-the-first", ONE));
  await story.hands.advance(3 * 60_000);
  await matchReceipts(context);
  await settleOutcomes(context);
  expect((await story.status("a")).view.outcome).toMatchObject({ kind: "delivered" });
});

test("an operator who always puts it off has refused it, not left it unconfirmed", async () => {
  const gateway = toldGateway(story, () => Promise.resolve(REFUSED));
  const context = { ...story.context, gateway };
  await story.accept("a", ONE);
  await relayMessages(context);
  await story.hands.advance(121 * HOURS);
  await settleOutcomes(context);
  expect((await story.status("a")).view.outcome).toMatchObject({ reason: "refused" });
});
