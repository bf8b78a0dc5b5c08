import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fastify from "fastify";
import { decideConflict } from "../../src/lifecycle/decisions/decide-conflict.ts";
import type { DecidedAs } from "../../src/domain/evidence.ts";
import type { CertificateKind } from "../../src/domain/outcome.ts";
import { recordReceipt } from "../../src/lifecycle/record-receipt.ts";
import { registerVerification } from "../../src/portal/verification.ts";
import { readConflicts } from "../../src/store/conflicts.ts";
import { nodeWords } from "../support/program.ts";
import { report } from "../support/told-gateway.ts";
import {
  dated,
  hoursAfter,
  startToldStory,
  type Sent,
  type ToldStory,
} from "../support/told-story.ts";

let told: ToldStory;
const server = fastify();
beforeAll(async () => {
  told = await startToldStory();
  registerVerification(server, told.context, { test: false });
});
afterAll(async () => {
  await server.close();
  expect(await told.story.integrity()).toEqual([]);
  await told.story.close();
});

const decide = (sent: Sent, as: DecidedAs, decidedBy = "A. Operadora") =>
  decideConflict(told.context, sent.messageId, {
    as,
    decidedBy,
    reason: "l'operador ho ha confirmat per escrit",
  });

async function held(sent: Sent): Promise<string | undefined> {
  const all = await readConflicts(told.context.db, { limit: 100 });
  return all.find(({ messageId }) => messageId === sent.messageId)?.what;
}

/** The page that whoever holds the code of a certificate sees; of the latest one. */
async function publicPage(sent: Sent, kind?: CertificateKind): Promise<string> {
  const { certificates } = (await told.status(sent)).view;
  const certificate = certificates.findLast((one) => kind === undefined || one.kind === kind);
  const { body } = await server.inject(`/verifica/${certificate?.csv ?? ""}?l=ca`);
  return body;
}

/** A report an hour later; answers when it arrived, as pages write it. */
async function hearLater(sent: Sent, more: Parameters<ToldStory["hear"]>[1]): Promise<string> {
  await told.pass(1);
  const arrival = told.story.hands.clock.now();
  await told.hear(sent, more);
  return `${arrival.toLocaleString("sv-SE", { timeZone: "Europe/Madrid" })} (Europe/Madrid)`;
}

const kinds = async (sent: Sent) =>
  (await told.status(sent)).view.certificates.map(({ kind }) => kind);

test("is held with what contradicts what and since when, and certifies nothing", async () => {
  const sent = await told.send();
  await told.hear(sent, { messageState: "UNDELIVERABLE" });
  await told.pass(1);
  const since = told.story.hands.clock.now();
  await told.hear(sent);
  const [conflict] = await readConflicts(told.context.db, { limit: 100 });
  expect(conflict).toMatchObject({
    messageId: sent.messageId,
    what: "segment 1: DELIVERED was reported after UNDELIVERABLE",
    heldSince: since,
  });
  await told.pass(200);
  expect(await kinds(sent)).toEqual([]);
  expect(await decide(sent, "notDelivered")).toBe("decided");
  await told.steps();
});

test("decided as delivered becomes a positive certificate that tells the decision", async () => {
  const sent = await told.send();
  await told.hear(sent, { messageState: "UNDELIVERABLE" });
  await told.pass(1);
  const arrival = told.story.hands.clock.now();
  await told.hear(sent, { operatorDoneDate: "2603020905" });
  await told.pass(2);
  expect(await decide(sent, "delivered")).toBe("decided");
  await told.steps();
  const { view, history } = await told.status(sent);
  expect(view.outcome).toEqual({ kind: "delivered", at: arrival });
  expect(view.segments[0]).toMatchObject({ messageState: "DELIVERED", decided: "delivered" });
  expect(history.map(({ event }) => event)).toContain("ConflictDecided");
  expect(await kinds(sent)).toEqual(["positive"]);
  expect(await held(sent)).toBeUndefined();
});

test("decided as not delivered waits for the deadline and says why", async () => {
  const sent = await told.send();
  await told.hear(sent, { doubt: "text and TLV differ" });
  expect(await held(sent)).toBe("segment 1: text and TLV differ");
  expect(await decide(sent, "notDelivered")).toBe("decided");
  await told.pass(119);
  expect(await kinds(sent)).toEqual([]);
  await told.pass(2);
  const { view } = await told.status(sent);
  expect(view.outcome).toMatchObject({ kind: "notDelivered", reason: "contradicted" });
  expect(await kinds(sent)).toEqual(["negative"]);
});

test("is decided once, when two persons decide at the same moment and when one comes later", async () => {
  const sent = await told.send();
  await told.hear(sent, { doubt: "text and TLV differ" });
  const answers = await Promise.all([
    decide(sent, "delivered", "A"),
    decide(sent, "notDelivered", "B"),
    decide(sent, "delivered", "C"),
  ]);
  expect(answers.toSorted()).toEqual(["decided", "notHeld", "notHeld"]);
  expect(await decide(sent, "delivered")).toBe("notHeld");
  await told.pass(121);
  const { history } = await told.status(sent);
  expect(history.filter(({ event }) => event === "ConflictDecided")).toHaveLength(1);
  expect(await kinds(sent)).toHaveLength(1);
});

test("a delivery after the decision that there was none is a new conflict", async () => {
  const sent = await told.send();
  await told.hear(sent, { doubt: "text and TLV differ" });
  expect(await decide(sent, "notDelivered")).toBe("decided");
  await told.steps();
  await told.hear(sent);
  expect(await held(sent)).toBe("segment 1: DELIVERED was reported after a person had decided");
  expect(await decide(sent, "delivered")).toBe("decided");
  await told.steps();
  expect(await kinds(sent)).toEqual(["positive"]);
});

test("what the operator never reported cannot be decided as delivered", async () => {
  const sent = await told.send("Notificació llarga ".repeat(7));
  await told.hear(sent, { doubt: "text and TLV differ" }, 1);
  expect(await decide(sent, "delivered")).toBe("notReported");
  expect(await held(sent)).toBeDefined();
  await told.hear(sent, {}, 2);
  expect(await decide(sent, "delivered")).toBe("decided");
  await told.steps();
  expect(await kinds(sent)).toEqual(["positive"]);
});

test("a contradiction after a certificate is held, takes nothing back, and is told on its public page", async () => {
  const sent = await told.send();
  await told.hear(sent);
  expect(await kinds(sent)).toEqual(["positive"]);
  expect(await publicPage(sent)).not.toContain("Atenció");
  const arrival = await hearLater(sent, { messageState: "UNDELIVERABLE" });
  expect(await held(sent)).toBe("segment 1: UNDELIVERABLE was reported after DELIVERED");
  const open = await publicPage(sent);
  expect(open).toContain(`el ${arrival} va arribar un avís de l&#39;operador que el contradiu`);
  expect(open).toContain("Encara no s&#39;ha resolt");
  expect(await decide(sent, "delivered")).toBe("decided");
  await told.steps();
  expect(await held(sent)).toBeUndefined();
  expect(await kinds(sent)).toEqual(["positive"]);
  const decided = await publicPage(sent);
  expect(decided).toContain(arrival);
  expect(decided).toContain("es va resoldre que el certificat es manté");
  // Who has decided and why is for the entity, not for everybody who has the code.
  expect(decided).not.toContain("A. Operadora");
});

test("decided against a certificate, it stands and its public page says that it proves no delivery", async () => {
  const sent = await told.send();
  await told.hear(sent);
  await hearLater(sent, { messageState: "UNDELIVERABLE" });
  expect(await decide(sent, "notDelivered")).toBe("decided");
  await told.steps();
  const { view } = await told.status(sent);
  expect(view.outcome?.kind).toBe("delivered");
  expect(await kinds(sent)).toEqual(["positive"]);
  expect(await publicPage(sent)).toContain("es va resoldre que NO acredita el lliurament");
  // Another report reopens the question.
  await told.hear(sent);
  expect(await publicPage(sent)).toContain("Encara no s&#39;ha resolt");
  expect(await decide(sent, "delivered")).toBe("decided");
  await told.steps();
});

test("the command says that the certificate stands when a decision goes against it", async () => {
  const sent = await told.send();
  await told.hear(sent);
  await told.hear(sent, { messageState: "UNDELIVERABLE" });
  const decision = ["--as", "not-delivered", "--by", "A. Operadora", "--why", "ho diu l'operador"];
  const [command, ...args] = nodeWords("src/main.ts", "conflicts", "decide", sent.messageId);
  const { appUrl, ownerUrl } = told.story.database;
  const directory = mkdtempSync(join(tmpdir(), "conflicts-"));
  const settings = {
    DATABASE_URL: appUrl,
    DATABASE_OWNER_URL: ownerUrl,
    DATA_DIRECTORY: directory,
  };
  const env = { ...process.env, ...settings };
  const said = execFileSync(command, [...args, ...decision], { env, encoding: "utf8" });
  expect(said).toContain(`decided: ${sent.messageId} counts as not-delivered`);
  expect(said).toContain("positive certificate was issued before and stands");
  // The command goes by the clock of the machine, the story by its own.
  await told.story.database.app.query("update work set run_at = $2 where message_id = $1", [
    sent.messageId,
    told.story.hands.clock.now(),
  ]);
  await told.steps();
  expect(await held(sent)).toBeUndefined();
});

test("a delivery that corrects nothing is told on the public page of the negative certificate", async () => {
  const sent = await told.send();
  await told.pass(124);
  expect(await publicPage(sent)).not.toContain("Atenció");
  const arrival = await hearLater(sent, {});
  expect(await kinds(sent)).toEqual(["negative"]);
  expect(await publicPage(sent)).toContain(
    `el ${arrival} l&#39;operador va informar del lliurament, sense cap data que el situï dins del termini`,
  );
});

test("a failure reported after a corrective certificate is told on its page alone", async () => {
  const sent = await told.send();
  await told.pass(121);
  await told.hear(sent, { operatorDoneDate: dated(hoursAfter(sent.acceptedAt, 3)) });
  await told.hear(sent, { messageState: "UNDELIVERABLE" });
  expect(await publicPage(sent)).toContain("que el contradiu");
  const negative = await publicPage(sent, "negative");
  expect(negative).toContain("un certificat posterior el corregeix");
  expect(negative).not.toContain("que el contradiu");
  expect(await decide(sent, "notDelivered")).toBe("decided");
  await told.steps();
  expect(await publicPage(sent)).toContain("es va resoldre que NO acredita el lliurament");
});

test.each<[string, number | undefined, string, readonly string[]]>([
  ["a date inside", 3, "decided", ["negative", "corrective"]],
  ["no date", undefined, "noDateInside", ["negative"]],
  ["a date outside", 121, "noDateInside", ["negative"]],
])(
  "a late delivery after a failure corrects only by decision and with %s",
  async (_what, hours, answer, certificates) => {
    const sent = await told.send();
    await told.hear(sent, { messageState: "EXPIRED" });
    await told.pass(125);
    const operatorDoneDate =
      hours === undefined ? undefined : dated(hoursAfter(sent.acceptedAt, hours));
    await told.hear(sent, { operatorDoneDate });
    expect(await kinds(sent)).toEqual(["negative"]);
    expect(await decide(sent, "delivered")).toBe(answer);
    await told.steps();
    expect(await kinds(sent)).toEqual(certificates);
    if (answer !== "decided") expect(await decide(sent, "notDelivered")).toBe("decided");
    await told.steps();
    expect(await held(sent)).toBeUndefined();
    expect(await kinds(sent)).toEqual(certificates);
  },
);

test("receipts that fit no segment alone are held after the deadline, and a person goes on", async () => {
  // Two messages to one number, whose answers were lost: a report without an id fits both.
  const { database } = told.story;
  const [one, two] = [await told.send(), await told.send()];
  await database.app.query(
    "update awaited_segments set match_key = null, recipient = '+34699999999' where message_id = any($1)",
    [[one.messageId, two.messageId]],
  );
  await recordReceipt(told.context, {
    ...report(told.story, "", "+34699999999"),
    smscMessageId: undefined,
  });
  await told.pass(123);
  expect(await held(one)).toBe("a receipt about it fits no segment alone");
  expect(await decide(one, "delivered")).toBe("notReported");
  expect(await decide(one, "notDelivered")).toBe("decided");
  expect(await decide(two, "notDelivered")).toBe("decided");
  await told.steps();
  expect(await kinds(one)).toEqual(["negative"]);
  expect(await kinds(two)).toEqual(["negative"]);
});

test("a message that waits for nothing, or is not there, is not decided", async () => {
  const sent = await told.send();
  expect(await decide(sent, "delivered")).toBe("notHeld");
  const unknown = { ...sent, messageId: sent.messageId.replace(/.{4}$/, "0000") } as Sent;
  expect(await decide(unknown, "delivered")).toBe("unknown");
  await told.hear(sent);
});
