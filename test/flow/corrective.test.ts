import fastify from "fastify";
import type { CertificateFacts } from "../../src/domain/certificate.ts";
import { fetchCertificate } from "../../src/lifecycle/calls/fetch-certificate.ts";
import { registerVerification } from "../../src/portal/verification.ts";
import { dated, hoursAfter, startToldStory, type ToldStory } from "../support/told-story.ts";

let told: ToldStory;
/** What certificates were made of. */
const stated = new Map<string, CertificateFacts>();

beforeAll(async () => {
  told = await startToldStory({
    issuer: (issuer) => ({
      issue(facts) {
        stated.set(facts.csv, facts);
        return issuer.issue(facts);
      },
    }),
  });
});
afterAll(async () => {
  expect(await told.story.integrity()).toEqual([]);
  await told.story.close();
});

test("a late delivery dated inside the five days makes a corrective certificate beside the first", async () => {
  const sent = await told.send();
  await told.pass(121);
  expect((await told.status(sent)).certificate).toMatchObject({ kind: "negative" });
  await told.pass(24);
  const done = hoursAfter(sent.acceptedAt, 100);
  await told.hear(sent, { operatorDoneDate: dated(done) });

  const { view, certificate, history } = await told.status(sent);
  expect(view.stage.name).toBe("notDelivered");
  expect(view.outcome).toMatchObject({ kind: "notDelivered", reason: "noReceipt" });
  expect(view.lateDelivery?.verdict).toBe("withinPeriod");
  expect(history.map(({ event }) => event).slice(-3)).toEqual([
    "DeliveryReceipt",
    "LateDelivery",
    "CertificateIssued",
  ]);
  const key = { clientReference: sent.reference };
  const latest = await fetchCertificate(told.context, told.story.caller, key);
  const first = await fetchCertificate(told.context, told.story.caller, key, "negative");
  if (latest.state !== "issued" || first.state !== "issued") throw new Error("both are there");
  expect(certificate).toMatchObject({ kind: "corrective", corrects: first.csv, csv: latest.csv });
  expect(latest).toMatchObject({ kind: "corrective", corrects: first.csv });
  expect(first).toMatchObject({ kind: "negative", correctedBy: latest.csv });
  expect(latest.csv).not.toBe(first.csv);
  const facts = stated.get(latest.csv);
  expect(facts).toMatchObject({
    corrects: first.csv,
    outcome: { kind: "delivered", at: view.lateDelivery?.receivedAt },
    operatorDeliveredAt: view.lateDelivery?.deliveredAt,
  });
  expect(facts?.evidence.at(-1)?.body.event).toBe("LateDelivery");
  expect(facts?.receipts).toHaveLength(1);

  const server = fastify();
  registerVerification(server, told.context, { test: false });
  const page = async (csv: string): Promise<string> =>
    (await server.inject(`/verifica/${csv}?l=ca`)).body;
  expect(await page(first.csv)).toContain("un certificat posterior el corregeix");
  expect(await page(first.csv)).toContain(`href="/verifica/${latest.csv}?l=ca"`);
  expect(await page(latest.csv)).not.toContain("un certificat posterior el corregeix");
  await server.close();

  const { rows } = await told.story.database.owner.query<{ units: number }>(
    "select units from charges where message_id = $1 and item = 'certificate'",
    [latest.messageId],
  );
  expect(rows).toEqual([{ units: 1 }]);
  // The same report once more changes nothing.
  await told.hear(sent, { operatorDoneDate: dated(done) });
  expect((await told.status(sent)).view.certificates).toHaveLength(2);
});

test.each<[string, number | string | undefined, string]>([
  ["without a date", undefined, "noDoneDate"],
  ["with a date that cannot be read", "ahir al vespre", "noDoneDate"],
  ["dated after the five days", 121, "outsidePeriod"],
  ["dated in the last minute of the five days, which may be after them", 120, "outsidePeriod"],
  ["dated before it was accepted", -0.5, "outsidePeriod"],
  ["dated weeks before it was accepted", -500, "noDoneDate"],
])("a late delivery %s certifies nothing and is told", async (_what, date, verdict) => {
  const sent = await told.send();
  await told.pass(124);
  const operatorDoneDate =
    typeof date === "number" ? dated(hoursAfter(sent.acceptedAt, date)) : date;
  await told.hear(sent, { operatorDoneDate });
  const { view, certificate } = await told.status(sent);
  expect(view.lateDelivery?.verdict).toBe(verdict);
  expect(view.certificates.map(({ kind }) => kind)).toEqual(["negative"]);
  expect(certificate).toMatchObject({ kind: "negative", corrects: undefined });
});

test("only the segments that came late need a date, and all must be there", async () => {
  const sent = await told.send("Notificació llarga ".repeat(7));
  expect(sent.ids).toHaveLength(2);
  await told.pass(1);
  await told.hear(sent, {}, 1);
  await told.pass(130);
  expect((await told.status(sent)).view.lateDelivery).toBeUndefined();
  await told.hear(sent, { operatorDoneDate: dated(hoursAfter(sent.acceptedAt, 3)) }, 2);
  const { view } = await told.status(sent);
  expect(view.certificates.map(({ kind }) => kind)).toEqual(["negative", "corrective"]);
});

test("a delivery that arrives late while nothing could be decided gets both certificates at once", async () => {
  const sent = await told.send();
  told.link.ready = false;
  await told.pass(122);
  expect((await told.status(sent)).view.outcome).toBeUndefined();
  await told.hear(sent, { operatorDoneDate: dated(hoursAfter(sent.acceptedAt, 90)) });
  told.link.ready = true;
  await told.pass(1);
  const { view } = await told.status(sent);
  expect(view.outcome?.kind).toBe("notDelivered");
  expect(view.certificates.map(({ kind }) => kind)).toEqual(["negative", "corrective"]);
});

test("a delivery after a failure is no correction: a person is asked", async () => {
  const sent = await told.send();
  await told.hear(sent, { messageState: "EXPIRED" });
  await told.pass(125);
  await told.hear(sent, { operatorDoneDate: dated(hoursAfter(sent.acceptedAt, 3)) });
  const { view } = await told.status(sent);
  expect(view.certificates.map(({ kind }) => kind)).toEqual(["negative"]);
  expect(view.segments[0]?.conflict).toBe("DELIVERED was reported after EXPIRED");
});
