import { cancelMessage } from "../../src/lifecycle/calls/cancel-message.ts";
import { fetchCertificate } from "../../src/lifecycle/calls/fetch-certificate.ts";
import { relayMessages } from "../../src/lifecycle/relay-message.ts";
import { searchMessages, type MessageSearch } from "../../src/lifecycle/calls/search-messages.ts";
import { readUsage } from "../../src/store/parties/usage.ts";
import { insertTariff } from "../../src/store/parties/tariffs.ts";
import { HOURS, startStory, type Story } from "../support/story.ts";

let story: Story;
beforeAll(async () => {
  story = await startStory();
});
afterAll(async () => {
  expect(await story.integrity()).toEqual([]);
  await story.close();
});

async function count(sql: string): Promise<number> {
  const { rows } = await story.database.app.query<{ n: string }>(sql);
  return Number(rows[0]?.n);
}

test("a scheduled message is sent at its instant, and its five days run from then", async () => {
  const { hands, operated } = story;
  const before = operated.taken.length;
  const scheduledAt = new Date(hands.clock.now().getTime() + 48 * HOURS);
  const { receiptDeadline } = await story.accept("scheduled", "+34600100000", { scheduledAt });
  expect(receiptDeadline.getTime()).toBe(scheduledAt.getTime() + 120 * HOURS);
  await story.pass(47 * HOURS);
  expect(operated.taken.length).toBe(before);
  await story.pass(2 * HOURS);
  // Its receipt comes a while after it is sent.
  await story.pass();
  expect((await story.status("scheduled")).view.outcome?.kind).toBe("delivered");
});

test("what is cancelled is never sent, is given back, and gets no certificate", async () => {
  const { hands, operated, context, caller } = story;
  const scheduledAt = new Date(hands.clock.now().getTime() + 2 * HOURS);
  const { messageId } = await story.accept("cancelled", "+34600100000", { scheduledAt });
  const key = { clientReference: "cancelled" };
  const first = await cancelMessage(context, caller, key);
  expect(await cancelMessage(context, caller, key)).toEqual(first);
  const before = operated.taken.length;
  await story.pass(200 * HOURS);
  expect(operated.taken.length).toBe(before);
  expect((await story.status("cancelled")).certificate).toEqual({ state: "none" });
  await expect(fetchCertificate(context, caller, key)).rejects.toMatchObject({
    code: "MessageNotFound",
  });
  const credits = `select units as n from charges where item = 'smsCredit' and message_id = '${messageId!}'`;
  expect(await count(credits)).toBe(1);
  expect(await count(`select count(*) as n from work where message_id = '${messageId!}'`)).toBe(0);
});

test("cancelling and relaying at the same moment: one of them wins, never both", async () => {
  const { context, caller, operated } = story;
  for (let round = 0; round < 10; round += 1) {
    const reference = `race-${round}`;
    await story.accept(reference, "+34600100000");
    const before = operated.taken.length;
    const relaying = relayMessages(context);
    const cancelled = await cancelMessage(context, caller, { clientReference: reference }).then(
      () => true,
      (error: unknown) => {
        expect(error).toMatchObject({ code: "NotCancellable" });
        return false;
      },
    );
    await story.pass();
    await relaying;
    expect(operated.taken.length - before).toBe(cancelled ? 0 : 1);
    expect((await story.status(reference)).view.stage.name).toBe(
      cancelled ? "cancelled" : "delivered",
    );
  }
});

test("pages do not move when messages come in, and end", async () => {
  const { context, caller, hands } = story;
  const acceptedFrom = hands.clock.now();
  for (let number = 1; number <= 7; number += 1) {
    await hands.advance(1);
    await story.accept(`page-${number}`, "+34600100000", { costCentre: "PAGES" });
  }
  const seen: string[] = [];
  const ask = (search: Partial<MessageSearch>) =>
    searchMessages(context, caller, {
      acceptedFrom,
      costCentre: "PAGES",
      pageSize: 3,
      ...search,
    });
  let page = await ask({});
  for (;;) {
    seen.push(...page.found.map(({ message }) => message.clientReference));
    if (page.nextCursor === undefined) break;
    await hands.advance(1);
    await story.accept(`late-${seen.length}`, "+34600100000", { costCentre: "PAGES" });
    page = await ask({ cursor: page.nextCursor });
  }
  expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1].map((number) => `page-${number}`));
  expect((await ask({ recipient: "0034 600 100 000", pageSize: 100 })).found).toHaveLength(9);
  expect((await ask({ recipient: "+34600100001" })).found).toEqual([]);
  expect((await ask({ stage: "delivered" })).found).toEqual([]);
  await story.pass();
  expect((await ask({ stage: "delivered", pageSize: 100 })).found).toHaveLength(9);
});

test("usage counts what the evidence tells, at the tariffs of their time", async () => {
  const { context, caller, database } = story;
  const { entityId } = caller.entity;
  const base = { entityId: undefined, validFrom: new Date("2020-01-01T00:00:00Z") };
  await insertTariff(database.app, { ...base, item: "sms", price: "0.07" });
  await insertTariff(database.app, { ...base, item: "certificate", price: "0.30" });
  const own = { entityId, validFrom: new Date("2020-01-01T00:00:00Z"), price: "0.10" };
  await insertTariff(database.app, { ...own, item: "sms" });
  await story.accept("refused", "+34600100007");
  await story.accept("long", "+34600100000", { text: "à".repeat(200) });
  await story.pass();
  await story.pass(130 * HOURS);

  const rows = await readUsage(context.db, { from: "2020-01", until: "2099-12", entityId });

  const sum = (of: (row: (typeof rows)[number]) => number): number =>
    rows.reduce((total, row) => total + of(row), 0);
  const events = (event: string): Promise<number> =>
    count(`select count(*) as n from evidence where body ->> 'event' = '${event}'`);
  expect(sum((row) => row.messages)).toBe(await events("SubmissionAcceptance"));
  expect(sum((row) => row.certificates)).toBe(await events("CertificateIssued"));
  expect(sum((row) => row.segments)).toBe(
    await count(`select sum((body ->> 'segmentCount')::int) as n from evidence
      where body ->> 'event' = 'SubmissionAcceptance'`),
  );
  const relayed = await count(`select coalesce(sum(jsonb_array_length(body -> 'accepted')), 0) as n
    from evidence where body ->> 'event' in ('RelayToNonERDS', 'RelayToNonERDSFailure')`);
  expect(sum((row) => row.segments - row.creditedSegments)).toBe(relayed);
  const cents = sum((row) => Math.round(Number(row.amount) * 100));
  expect(cents).toBe(relayed * 10 + sum((row) => row.certificates) * 30);
  expect(new Set(rows.map(({ outcome }) => outcome))).toContain("cancelled");
});
