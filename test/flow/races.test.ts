import { startStory, submission, contract, HOURS, type Story } from "../support/story.ts";
import type { MessageId } from "../../src/domain/ids.ts";
import { acceptSubmission } from "../../src/lifecycle/accept-submission.ts";
import { fetchCertificate } from "../../src/lifecycle/calls/fetch-certificate.ts";
import { orderResend } from "../../src/lifecycle/decisions/order-resend.ts";
import { tellStatus } from "../../src/lifecycle/calls/tell-status.ts";
import { authoriseMailbox } from "../../src/store/parties/mailboxes.ts";

let story: Story;
beforeAll(async () => {
  story = await startStory();
});
afterAll(async () => {
  const damages = await story.integrity();
  await story.close();
  expect(damages).toEqual([]);
});

async function count(sql: string, ...parameters: unknown[]): Promise<number> {
  const { rows } = await story.database.owner.query<{ n: string }>(sql, parameters);
  return Number(rows[0]?.n);
}

describe("a repeated submission", () => {
  test("with the same content gets the same answer, sent and charged once", async () => {
    const first = await story.accept("repeated", "+34600100000");
    await story.pass();
    const again = await story.accept("repeated", "+34600100000");
    expect(again).toEqual(first);
    await story.pass();
    const { history } = await story.status("repeated");
    expect(history.filter(({ event }) => event === "RelayAttempt")).toHaveLength(1);
    const charges = "select count(*) as n from charges where message_id = $1";
    expect(await count(charges, first.messageId)).toBe(2);
  });

  test("with other content is refused and leaves nothing", async () => {
    await story.accept("other", "+34600100000");
    const before = await count("select count(*) as n from messages");
    for (const more of [
      { text: "un altre text" },
      { language: "en" as const },
      { fileNumber: "1" },
    ]) {
      await expect(story.accept("other", "+34600100000", more)).rejects.toMatchObject({
        code: "DuplicateSubmission",
      });
    }
    expect(await count("select count(*) as n from messages")).toBe(before);
  });

  test("ten at once make one message", async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => story.accept("ten-at-once", "+34600100000")),
    );
    expect(new Set(answers.map(({ messageId }) => messageId)).size).toBe(1);
    const sql = "select count(*) as n from messages where client_reference = 'ten-at-once'";
    expect(await count(sql)).toBe(1);
  });

  test("two entities may use the same reference", async () => {
    const other = await contract(story.context, "Un altre ens", "P0801900B", "other-user");
    const mine = await story.accept("shared-reference", "+34600100000");
    const theirs = await acceptSubmission(
      story.context,
      other,
      submission("shared-reference", "+34600100001"),
      { dryRun: false },
    );
    expect(theirs.messageId).not.toBe(mine.messageId);
    const key = { messageId: mine.messageId ?? "" };
    expect(await tellStatus(story.context, other, [key])).toEqual([{ key, found: undefined }]);
    await expect(fetchCertificate(story.context, other, key)).rejects.toMatchObject({
      code: "MessageNotFound",
    });
  });
});

describe("what must not be taken", () => {
  test.each<[string, Parameters<Story["accept"]>, string]>([
    ["a landline", ["no", "+34931234567"], "InvalidRecipient"],
    ["an empty text", ["no", "+34600100000", { text: "" }], "InvalidContent"],
    ["a lone surrogate", ["no", "+34600100000", { text: "\ud83d" }], "InvalidContent"],
    ["a text too long", ["no", "+34600100000", { text: "x".repeat(1531) }], "ContentTooLong"],
    [
      "a sender of twelve letters",
      ["no", "+34600100000", { sender: "Ajuntament12" }],
      "InvalidSender",
    ],
    ["a past schedule", ["no", "+34600100000", { scheduledAt: new Date(0) }], "InvalidSchedule"],
    [
      "a mailbox of nobody",
      ["no", "+34600100000", { mailbox: "a@example.org" }],
      "MailboxNotAuthorised",
    ],
  ])("%s", async (_what, args, code) => {
    const before = await count("select count(*) as n from submissions");
    await expect(story.accept(...args)).rejects.toMatchObject({ code });
    expect(await count("select count(*) as n from submissions")).toBe(before);
  });

  test("anything at all without the permission of the entity and of the user", async () => {
    const caller = await contract(story.context, "Sense permís", "Q0801175A", "nobody");
    const send = () =>
      acceptSubmission(story.context, caller, submission("x", "+34600100000"), { dryRun: false });
    for (const forbidden of [
      { ...caller, entity: { ...caller.entity, certificatesEnabled: false } },
      { ...caller, user: { ...caller.user, permissions: [] } },
      { ...caller, user: { ...caller.user, validUntil: story.hands.clock.now() } },
      { ...caller, user: { ...caller.user, enabled: false } },
    ]) {
      await expect(
        acceptSubmission(story.context, forbidden, submission("x", "+34600100000"), {
          dryRun: false,
        }),
      ).rejects.toMatchObject({ code: "NotAuthorised" });
      await expect(tellStatus(story.context, forbidden, [])).rejects.toMatchObject({
        code: "NotAuthorised",
      });
    }
    await expect(send()).resolves.toMatchObject({ stage: "accepted" });
  });

  test("a dry run tells the cost and leaves nothing", async () => {
    const before = await count("select count(*) as n from submissions");
    const answer = await acceptSubmission(
      story.context,
      story.caller,
      submission("dry", "+34600100000", { text: "Plaça de l'Ajuntament" }),
      { dryRun: true },
    );
    expect(answer).toMatchObject({
      messageId: undefined,
      encoding: "UCS2",
      unicodeCharacters: ["ç"],
      charge: { sms: 1, certificate: 1 },
    });
    expect(await count("select count(*) as n from submissions")).toBe(before);
  });

  test("an authorised mailbox is taken", async () => {
    const { db, clock } = story.context;
    await authoriseMailbox(
      db,
      story.caller.user.userId,
      "Bustia@Example.org",
      clock.now(),
      "confirmed",
    );
    await expect(
      story.accept("mailbox", "+34600100000", { mailbox: "bustia@example.org" }),
    ).resolves.toMatchObject({ stage: "accepted" });
    await story.pass();
  });
});

describe("receipts", () => {
  test.each([
    ["before the submit answer", "002"],
    ["three times", "003"],
    ["after ENROUTE and ACCEPTD", "008"],
    ["in message_payload", "011"],
    ["in data_sm", "012"],
    ["with data_coding 8", "013"],
  ])("that come %s certify a delivery once", async (_what, digits) => {
    const reference = `receipt-${digits}`;
    await story.accept(reference, `+34600300${digits}`);
    await story.pass();
    const { view } = await story.status(reference);
    expect(view.stage.name).toBe("delivered");
    expect(view.certificates).toHaveLength(1);
  });

  test.each([
    ["a report that contradicts itself", "016"],
    ["two reports that contradict each other", "017"],
  ])("%s certifies nothing by itself", async (_what, digits) => {
    const reference = `conflict-${digits}`;
    await story.accept(reference, `+34600400${digits}`);
    await story.pass();
    const { view } = await story.status(reference);
    // Delivered may have been certified before its contradiction came; nothing else may be.
    if (view.outcome) expect(view.outcome.kind).toBe("delivered");
    else expect(view.segments[0]?.conflict).toBeDefined();
    await story.pass(121 * HOURS);
    const later = await story.status(reference);
    expect(later.view.outcome).toEqual(view.outcome);
  });

  test.each(["018", "020", "023"])("%s never certify a delivery", async (digits) => {
    const reference = `undecided-${digits}`;
    await story.accept(reference, `+34600500${digits}`);
    await story.pass();
    expect((await story.status(reference)).view.outcome).toBeUndefined();
    await story.pass(121 * HOURS);
    expect((await story.status(reference)).view.outcome).toMatchObject({ kind: "notDelivered" });
  });

  test("of one segment only do not deliver the message", async () => {
    const text = "Notificació llarga ".repeat(10);
    await story.accept("one-of-many", "+34600600025", { text });
    await story.pass(121 * HOURS);
    expect((await story.status("one-of-many")).view.outcome).toMatchObject({ reason: "noReceipt" });
  });
});

describe("a lost answer", () => {
  test("makes the message indeterminate, never sent again, and a receipt still settles it", async () => {
    await story.accept("lost-004", "+34600700004");
    await story.pass(200_000);
    await story.pass(200_000);
    const { view, history } = await story.status("lost-004");
    expect(history.filter(({ event }) => event === "RelayAttempt")).toHaveLength(1);
    expect(view.stage.name).toBe("delivered");
  });

  test("is sent again when a person orders it, and the evidence tells who and why", async () => {
    const { messageId } = await story.accept("resend", "+34600700014");
    await story.pass(100_000);
    expect((await story.status("resend")).view.stage.name).toBe("indeterminate");
    const order = { orderedBy: "A. Operadora", reason: "the SMSC has no trace of it" };
    const { db, clock } = story.context;
    expect(await orderResend({ db, clock }, messageId as MessageId, order)).toBe("ordered");
    expect(await orderResend({ db, clock }, messageId as MessageId, order)).toBe("orderedAlready");
    await story.pass(100_000);
    const { history } = await story.status("resend");
    await story.pass(121 * HOURS);
    expect(await orderResend({ db, clock }, messageId as MessageId, order)).toBe("ended");
    expect(history.map(({ event }) => event).filter((event) => /Relay|Resend/.test(event))).toEqual(
      [
        "RelayAttempt",
        "RelayToNonERDSFailure",
        "ResendOrdered",
        "RelayAttempt",
        "RelayToNonERDSFailure",
      ],
    );
  });

  test("without a receipt ends in a certificate that says so", async () => {
    await story.accept("lost-014", "+34600700014");
    await story.pass(121 * HOURS);
    const { view, history, certificate } = await story.status("lost-014");
    expect(history.filter(({ event }) => event === "RelayAttempt")).toHaveLength(1);
    expect(view.outcome).toMatchObject({ reason: "acceptanceNotConfirmed" });
    expect(certificate).toMatchObject({ kind: "negative" });
  });
});
