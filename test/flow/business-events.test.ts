import type { BusinessEvent } from "../../src/domain/business-event.ts";
import { CertificateDelayed } from "../../src/domain/certificate.ts";
import { acceptSubmission } from "../../src/lifecycle/accept-submission.ts";
import { retainCertificates } from "../../src/lifecycle/retain-certificates.ts";
import { HOURS, startStory, submission, type Story } from "../support/story.ts";

let story: Story;
let told: BusinessEvent[];
let sealing: boolean;
beforeEach(async () => {
  told = [];
  sealing = true;
  story = await startStory({
    tell: (event) => told.push(event),
    issuer: (issuer) => ({
      issue: (facts) =>
        sealing ? issuer.issue(facts) : Promise.reject(new CertificateDelayed("no time-stamp")),
    }),
  });
});
afterEach(() => story.close());

const toldOf = (messageId: string | undefined): BusinessEvent[] =>
  told.filter((event) => "messageId" in event && event.messageId === messageId);

test("a message is followed from the call to its certificate", async () => {
  const { messageId } = await acceptSubmission(
    story.context,
    story.caller,
    submission("a", "+34600100000", { text: "x".repeat(200) }),
    { dryRun: false, correlationId: "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b" },
  );
  await story.accept("another", "+34600100001");
  await story.pass();
  expect(toldOf(messageId)).toEqual([
    {
      name: "accepted",
      messageId,
      entityId: story.caller.entity.entityId,
      segments: 2,
      correlationId: "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b",
    },
    { name: "relayed", messageId, result: "relayed", attempt: 1, commandStatus: undefined },
    {
      name: "receipt",
      messageId,
      segment: expect.any(Number) as number,
      messageState: "DELIVERED",
    },
    {
      name: "receipt",
      messageId,
      segment: expect.any(Number) as number,
      messageState: "DELIVERED",
    },
    { name: "settled", messageId, outcome: "delivered" },
    { name: "certified", messageId, kind: "positive" },
  ]);
});

test("a repeated submission and a dry run are told nothing of", async () => {
  await story.accept("a", "+34600100000");
  await story.accept("a", "+34600100000");
  await acceptSubmission(story.context, story.caller, submission("b", "+34600100000"), {
    dryRun: true,
  });
  expect(told.map(({ name }) => name)).toEqual(["accepted"]);
});

test("what the operator puts off, refuses and contradicts is told", async () => {
  const late = await story.accept("throttled", "+34600100005");
  const refused = await story.accept("refused", "+34600100007");
  const contradicted = await story.accept("contradicted", "+34600100016");
  await story.pass();
  await story.pass(HOURS);
  const results = (id: string | undefined): unknown =>
    toldOf(id).flatMap((event) => (event.name === "relayed" ? [event.result] : []));
  expect(results(late.messageId)).toEqual(["relayed"]);
  expect(results(refused.messageId)).toEqual(["refused"]);
  expect(toldOf(contradicted.messageId).at(-1)).toMatchObject({ name: "conflict" });
});

test("a certificate that is put off is told each time, with the reason", async () => {
  sealing = false;
  const { messageId } = await story.accept("a", "+34600100000");
  await story.pass();
  expect(toldOf(messageId).at(-1)).toMatchObject({
    name: "putOff",
    step: "certify",
    cause: "CertificateDelayed: no time-stamp",
  });
  sealing = true;
  await story.pass(HOURS);
  expect(toldOf(messageId).at(-1)).toMatchObject({ name: "certified" });
});

test("what waits for a person is told: a text that the settings cut otherwise", async () => {
  const { messageId } = await story.accept("a", "+34600100000", { text: "x".repeat(150) });
  const { gateway } = story.context;
  Object.assign(story.context, {
    gateway: {
      ...gateway,
      plan: (text: string, reference: number) => gateway.plan(text + "y".repeat(99), reference),
    },
  });
  await story.pass();
  expect(toldOf(messageId).at(-1)).toMatchObject({ name: "givenUp", step: "relay" });
});

test("a notice and a purge are told", async () => {
  const { messageId } = await story.accept("a", "+34600100000");
  await story.database.owner.query(
    `insert into work (lane, step, message_id, run_at, attempts, dead)
     values (0, 'notify', $1, $2, 0, false)`,
    [messageId, story.hands.clock.now()],
  );
  await story.pass();
  expect(toldOf(messageId).map(({ name }) => name)).toContain("notified");
  await retainCertificates(story.context);
  expect(told.map(({ name }) => name)).not.toContain("purged");
});
