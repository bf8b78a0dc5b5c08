import type { Caller } from "../../src/domain/entity.ts";
import { acceptSubmission } from "../../src/lifecycle/accept-submission.ts";
import type { Mailer, WarningMail } from "../../src/lifecycle/ports.ts";
import { warnEarly } from "../../src/lifecycle/upkeep/warn-early.ts";
import { authoriseMailbox } from "../../src/store/parties/mailboxes.ts";
import { HOURS, startStory, submission, type Story } from "../support/story.ts";

let story: Story;
const warnings: WarningMail[] = [];
/** The mail server is tested in test/interop/mail.test.ts; here only what is handed to it counts. */
const mailer: Mailer = {
  sendCertificate: () => Promise.resolve({ kind: "taken", reply: "250" }),
  sendConfirmation: () => Promise.resolve({ kind: "taken", reply: "250" }),
  sendWarning(mail) {
    warnings.push(mail);
    return Promise.resolve({ kind: "taken", reply: "250" });
  },
};

beforeAll(async () => {
  story = await startStory({ mailer });
});
afterAll(async () => {
  expect(await story.integrity()).toEqual([]);
  await story.close();
});

function send(entity: Partial<Caller["entity"]>, reference: string) {
  const { context, caller } = story;
  const with_ = { ...caller, entity: { ...caller.entity, ...entity } };
  return acceptSubmission(context, with_, submission(reference, "+34600100000"), { dryRun: false });
}

test("beyond the quota of a day nothing is taken until the next one begins in Madrid", async () => {
  const quota = { daily: 2, monthly: undefined };
  await send({ quota }, "q-1");
  await send({ quota }, "q-2");
  const refused = await send({ quota }, "q-3").catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: "QuotaExceeded" });
  const { retryAfterSeconds } = refused as { retryAfterSeconds: number };
  const at = new Date(story.hands.clock.now().getTime() + retryAfterSeconds * 1_000);
  const madrid = new Intl.DateTimeFormat("sv-SE", {
    timeZone: "Europe/Madrid",
    timeStyle: "short",
  });
  expect(madrid.format(at)).toBe("00:00");
  // What was taken before is answered again.
  await expect(send({ quota }, "q-1")).resolves.toMatchObject({ segments: 1 });
  await expect(send({ quota: { daily: undefined, monthly: 2 } }, "q-4")).rejects.toMatchObject({
    code: "QuotaExceeded",
  });
  await story.pass(retryAfterSeconds * 1_000);
  await expect(send({ quota }, "q-3")).resolves.toMatchObject({ stage: "accepted" });
});

test("an entity that respects nights and holidays sends after them, and its five days run from then", async () => {
  const night = new Date(story.hands.clock.now());
  night.setUTCHours(23, 0, 0, 0);
  await story.pass(night.getTime() - story.hands.clock.now().getTime());
  const before = story.operated.taken.length;
  const { receiptDeadline } = await send({ quietHours: true }, "quiet");
  await story.pass();
  expect(story.operated.taken).toHaveLength(before);
  expect(receiptDeadline.getTime()).toBeGreaterThan(
    story.hands.clock.now().getTime() + 126 * HOURS,
  );
  await story.pass(60 * HOURS);
  expect(story.operated.taken).toHaveLength(before + 1);
});

test("who is not reached in a day is told of, once, by mail", async () => {
  const { context, caller, hands } = story;
  await warnEarly(context);
  await authoriseMailbox(context.db, caller.user.userId, "a@b.cat", hands.clock.now(), "confirmed");
  await story.accept("slow", "+34600100404", { mailbox: "a@b.cat" });
  await story.accept("quick", "+34600100000", { mailbox: "a@b.cat" });
  await story.pass(23 * HOURS);
  expect(await warnEarly(context)).toBe(0);
  await story.pass(2 * HOURS);
  expect(await warnEarly(context)).toBe(1);
  expect(await warnEarly(context)).toBe(0);
  await story.pass();
  expect(warnings.map(({ clientReference }) => clientReference)).toEqual(["slow"]);
  expect(warnings[0]?.recipient).toBe("+34*******04");
});
