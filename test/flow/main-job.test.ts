import { HOURS, startStory, type Story } from "../support/story.ts";

let story: Story;
beforeAll(async () => {
  story = await startStory();
});
afterAll(async () => {
  const damages = await story.integrity();
  await story.close();
  expect(damages).toEqual([]);
});

test("a delivered message gets its positive certificate at once", async () => {
  await story.accept("delivered", "+34600100000");
  expect((await story.status("delivered")).view.stage.name).toBe("accepted");
  await story.pass();
  const { view, history, certificate } = await story.status("delivered");
  expect(view.stage.name).toBe("delivered");
  expect(history.map(({ event }) => event)).toEqual([
    "SubmissionAcceptance",
    "RelayAttempt",
    "RelayToNonERDS",
    "DeliveryReceipt",
    "ContentHandover",
    "CertificateIssued",
  ]);
  expect(certificate).toMatchObject({ state: "issued", kind: "positive" });
  const fetched = await story.certificate("delivered");
  expect(fetched).toMatchObject({ state: "issued", kind: "positive" });
  expect(fetched.state === "issued" && fetched.pdf.subarray(0, 5).toString()).toBe("%PDF-");
});

test("a long message is delivered when every segment is, and the certificate knows each", async () => {
  const text = "Notificació: l·l ç à «€» ".repeat(20);
  const { encoding, segments } = await story.accept("long", "+34600200000", { text });
  expect([encoding, segments]).toEqual(["UCS2", 8]);
  await story.pass();
  const { view } = await story.status("long");
  expect(view.stage.name).toBe("delivered");
  expect(view.segments.map(({ messageState }) => messageState)).toEqual(Array(8).fill("DELIVERED"));
  expect(new Set(view.segments.map(({ smscMessageId }) => smscMessageId)).size).toBe(8);
});

test("a message that the operator never reports on gets a negative one after 120 hours and the grace", async () => {
  const { acceptedAt, receiptDeadline } = await story.accept("silent", "+34600100404");
  expect(receiptDeadline.getTime() - acceptedAt.getTime()).toBe(120 * HOURS);
  await story.pass();
  const pending = await story.certificate("silent");
  const decideAt = new Date(receiptDeadline.getTime() + 600_000);
  expect(pending).toMatchObject({ state: "pending", expectedBy: decideAt });

  await story.pass(decideAt.getTime() - story.hands.clock.now().getTime() - 60_000);
  expect((await story.status("silent")).view.outcome).toBeUndefined();
  await story.pass(60_000);
  const { view, certificate } = await story.status("silent");
  expect(view.outcome).toMatchObject({ kind: "notDelivered", reason: "noReceipt" });
  expect(certificate).toMatchObject({ state: "issued", kind: "negative" });
});

test("a final failure is told at once and certified at the deadline", async () => {
  await story.accept("expired", "+34600100010");
  await story.pass();
  const early = await story.status("expired");
  expect(early.view.stage).toMatchObject({ name: "undeliverable", messageState: "EXPIRED" });
  expect(early.certificate.state).toBe("pending");
  await story.pass(121 * HOURS);
  const { view, certificate } = await story.status("expired");
  expect(view.outcome).toMatchObject({ kind: "notDelivered", reason: "expired" });
  expect(certificate).toMatchObject({ kind: "negative" });
});

test("a refused number is not sent again, and certified at the deadline", async () => {
  await story.accept("refused", "+34600100007");
  await story.pass();
  expect((await story.status("refused")).view.stage).toMatchObject({
    name: "refused",
    commandStatus: 0x0b,
  });
  await story.pass(121 * HOURS);
  const { view, history } = await story.status("refused");
  expect(view.outcome).toMatchObject({ reason: "refused" });
  expect(history.filter(({ event }) => event === "RelayAttempt")).toHaveLength(1);
});

test("a scheduled message leaves at its instant, and its 120 hours count from there", async () => {
  const scheduledAt = new Date(story.hands.clock.now().getTime() + 10 * HOURS);
  const { receiptDeadline } = await story.accept("scheduled", "+34600100000", { scheduledAt });
  expect(receiptDeadline.getTime() - scheduledAt.getTime()).toBe(120 * HOURS);
  await story.pass(9 * HOURS);
  expect((await story.status("scheduled")).view.stage.name).toBe("accepted");
  await story.pass(HOURS);
  await story.pass();
  expect((await story.status("scheduled")).view.stage.name).toBe("delivered");
});
