import { fetchCertificate } from "../../src/lifecycle/calls/fetch-certificate.ts";
import { recordReceipt } from "../../src/lifecycle/record-receipt.ts";
import type { CertificateKind } from "../../src/domain/outcome.ts";
import { report } from "../support/told-gateway.ts";
import { hoursAfter, startToldStory, type Sent, type ToldStory } from "../support/told-story.ts";

let told: ToldStory;
beforeAll(async () => {
  told = await startToldStory();
});
afterAll(async () => {
  expect(await told.story.integrity()).toEqual([]);
  await told.story.close();
});

const fetch = (sent: Sent, kind?: CertificateKind) =>
  fetchCertificate(told.context, told.story.caller, { clientReference: sent.reference }, kind);

const MINUTES = 1 / 60;
/** The grace for receipts in flight. */
const decidedAfter = 120 + 10 * MINUTES;

test("before the outcome a certificate of either kind may come, and a correction cannot be waited for", async () => {
  const sent = await told.send();
  for (const kind of [undefined, "positive", "negative"] as const) {
    expect(await fetch(sent, kind)).toMatchObject({
      state: "pending",
      expectedBy: hoursAfter(sent.acceptedAt, decidedAfter),
    });
  }
  await expect(fetch(sent, "corrective")).rejects.toMatchObject({
    code: "MessageNotFound",
    field: "kind",
    hint: { en: expect.stringContaining("no corrective certificate") as string },
  });
  await told.hear(sent);
});

test("a kind that the outcome rules out is told at once, with the kind that there is", async () => {
  const delivered = await told.send();
  await told.hear(delivered);
  for (const kind of ["negative", "corrective"] as const) {
    await expect(fetch(delivered, kind)).rejects.toMatchObject({ code: "MessageNotFound" });
  }
  await expect(fetch(delivered, "negative")).rejects.toMatchObject({
    field: "kind",
    hint: { ca: "El missatge consta com a lliurat: el seu certificat és positiu." },
  });
  const lost = await told.send();
  await told.pass(121);
  await expect(fetch(lost, "positive")).rejects.toMatchObject({
    hint: { ca: expect.stringContaining("el seu certificat és negatiu") as string },
  });
  expect(await fetch(lost, "negative")).toMatchObject({ state: "issued" });
});

test("while a report waits to be matched and a person has to decide, it is never expected in the past", async () => {
  const { database, hands } = told.story;
  const [one, two] = [await told.send(), await told.send()];
  await database.app.query(
    "update awaited_segments set match_key = null, recipient = '+34699999999' where message_id = any($1)",
    [[one.messageId, two.messageId]],
  );
  await recordReceipt(told.context, {
    ...report(told.story, "", "+34699999999"),
    smscMessageId: undefined,
  });
  await told.pass(decidedAfter);
  // An hour is left to the report that fits no segment alone.
  const patient = hoursAfter(one.acceptedAt, decidedAfter + 1);
  expect(await fetch(one)).toMatchObject({ state: "pending", expectedBy: patient });
  expect((await told.status(one)).nextExpectedAt).toEqual(patient);
  await told.pass(30);
  const answer = await fetch(one);
  if (answer.state !== "pending") throw new Error("a person has not decided");
  expect(answer.expectedBy.getTime()).toBeGreaterThan(hands.clock.now().getTime());
});
