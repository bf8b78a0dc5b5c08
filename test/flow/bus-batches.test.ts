import { DAY, SECOND } from "../../src/domain/clock.ts";
import { acceptBatch, answerBatches } from "../../src/lifecycle/calls/answer-batches.ts";
import { retainCertificates } from "../../src/lifecycle/retain-certificates.ts";
import { answerBusBatches } from "../../src/pica/batches/work-on-batches.ts";
import { findBatch, readBatchAnswers } from "../../src/store/batches.ts";
import { callBus, enviament, petition, question, type BusAnswer } from "../support/bus-messages.ts";
import { openDoor, SECRET, type OpenDoor } from "../support/soap-door.ts";
import { HOURS } from "../support/story.ts";

/** Batches of the bus that meet: handed over at once, worked on by two processes, or long after. */
const ACCOUNT = { username: "demo", secret: SECRET };
let door: OpenDoor;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(async () => {
  expect(await door.story.integrity()).toEqual([]);
  await door.close();
});

const handOver = (id: string, text: string): Promise<BusAnswer> =>
  callBus(door.url, "Asincron", ACCOUNT, petition(id, [enviament("1", "+34600100404", text)]));
const ask = (id: string): Promise<BusAnswer> =>
  callBus(door.url, "AsincronResposta", ACCOUNT, question(id));

async function count(table: string): Promise<number> {
  const { rows } = await door.story.database.owner.query<{ n: number }>(
    `select count(*)::integer as n from ${table}`,
  );
  return rows[0]?.n ?? 0;
}

test("the same batch from six callers at once is one batch, and sends one message", async () => {
  const before = await count("messages");
  const answers = await Promise.all(Array.from({ length: 6 }, () => handOver("at-once", "Avís")));
  expect(answers.map(({ state }) => state)).toEqual(Array(6).fill("0001"));
  await door.story.pass();
  expect((await ask("at-once")).results).toHaveLength(1);
  expect(await count("messages")).toBe(before + 1);
});

test("of six batches with one name and different contents one is taken", async () => {
  const texts = ["a", "b", "c", "d", "e", "f"];
  const answers = await Promise.all(texts.map((text) => handOver("different", text)));
  const states = answers.map(({ state }) => state).sort();
  expect(states).toEqual(["0001", ...Array<string>(5).fill("0502/0229")]);
  await door.story.pass();
  const taken = texts[answers.findIndex(({ state }) => state === "0001")];
  const { rows } = await door.story.database.owner.query<{ text: string }>(
    "select text from messages where client_reference = 'different/1'",
  );
  expect(rows).toEqual([{ text: taken }]);
});

test("a process that has lost its claim changes nothing of what another one did", async () => {
  const { context, caller, hands } = door.story;
  const handed = { reference: "two", control: {}, requests: ["x", "y"], content: "two" };
  await acceptBatch(context, caller, handed);
  const told: string[] = [];
  const slow = { ...context, tell: ({ name }: { readonly name: string }) => told.push(name) };
  let release = (): void => undefined;
  let arrived = (): void => undefined;
  const working = new Promise<void>((resolve) => (arrived = resolve));
  const gate = new Promise<void>((resolve) => (release = resolve));
  const others = { passes: () => true, giveUp: () => ({ position: 1, before: "", after: "" }) };
  const first = answerBatches(slow, {
    ...others,
    async answer(_caller, _batch, { position }) {
      arrived();
      await gate;
      if (position === 2) throw new Error("too late to fail");
      return { position, before: "first", after: "" };
    },
  });
  await working;
  await hands.advance(11 * SECOND);
  await answerBatches(context, {
    ...others,
    answer: (_caller, _batch, { position }) =>
      Promise.resolve({ position, before: "second", after: "" }),
  });
  release();
  await first;
  const batch = await findBatch(context.db, caller.entity.entityId, "two");
  const answers = await readBatchAnswers(context.db, batch!.batchId);
  expect(answers.map(({ before }) => before)).toEqual(["second", "second"]);
  expect([await count("batch_work"), await count("batch_waits"), told]).toEqual([0, 0, []]);
});

test("forty days later its answer is gone; handed over again, it sends nothing twice", async () => {
  const { context, hands, operated } = door.story;
  expect((await handOver("old", "Avís")).state).toBe("0001");
  await door.story.pass();
  const { results } = await ask("old");
  await door.story.pass(121 * HOURS);
  // Enquiries on a link that nothing goes over would only make the days pass slowly.
  await operated.close();
  await hands.advance(41 * DAY);
  await retainCertificates(context);
  expect(await count("batches")).toBe(0);
  expect((await ask("old")).state).toBe("0502/0238");
  const before = await count("messages");
  expect((await handOver("old", "Avís")).state).toBe("0001");
  while ((await answerBusBatches(context)) > 0);
  expect((await ask("old")).results).toEqual(results);
  expect(await count("messages")).toBe(before);
});
