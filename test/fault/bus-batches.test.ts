import { setTimeout as delay } from "node:timers/promises";
import { checkIntegrity } from "../../src/store/integrity.ts";
import { setOperator } from "../../src/store/parties/operators.ts";
import { parseSettings } from "../../src/settings.ts";
import {
  callBus,
  enviament,
  petition,
  question,
  type BusAnswer,
  type BusRequest,
} from "../support/bus-messages.ts";
import { withClient } from "../support/database.ts";
import { install, type Installation } from "../support/installation.ts";
import { serve, type Served } from "../support/served.ts";

/**
 * A batch of 500 requests, good and bad ones, while the service is killed with -9: as soon as it has
 * confirmed the batch, and again in the middle. Each time the messages of some requests are durable and
 * the answers to them are not, which is the worst moment there is.
 */
const ID = "SMSCERT-LOT-500";
const SIZE = 500;
const LONG = "Teniu una notificació nova a la seu electrònica. ".repeat(5);

/** What each request asks for, and what its answer must be: a CodiError, or a message. */
const REQUESTS: readonly (BusRequest & { readonly error?: string })[] = Array.from(
  { length: SIZE },
  (_, index) => {
    const id = String(index + 1);
    const msisdn = `+346${String(index).padStart(5, "0")}${index % 50 === 0 ? "000" : "404"}`;
    const text = `Avís ${id}. ${index % 10 === 1 ? LONG : ""}`;
    const good = enviament(id, msisdn, text);
    if (index % 25 === 3) return { ...enviament(id, "12345678", text), error: "630" };
    if (index % 25 === 9) return { ...enviament(id, msisdn, ""), error: "631" };
    if (index % 50 === 20) {
      return { ...good, specific: good.specific.replace(/<Text>.*<\/Text>/, ""), error: "101" };
    }
    return good;
  },
);
/** Sent before, by itself: one with the same content, one with other content. */
const SAME = 7;
const OTHER = 8;
const expected = REQUESTS.map(({ error }, index) => (index === OTHER ? "229" : error));

let installation: Installation;
let service: Served;
beforeAll(async () => {
  installation = await install("bus-batches", { receiptDelay: 200 });
});
afterAll(async () => {
  await service.kill();
  await installation.close();
});

type Door = Parameters<typeof callBus>[1];
const call = (door: Door, body: string): Promise<BusAnswer> =>
  callBus(service.url, door, installation.account, body);
const ask = (): Promise<BusAnswer> => call("AsincronResposta", question(ID));

async function count(what: string): Promise<number> {
  const { rows } = await installation.database.owner.query<{ n: string }>(
    `select count(*) as n from ${what}`,
  );
  return Number(rows[0]?.n);
}

/** Kills the service while it waits to write answers, when between `from` and `to` of them are there. */
async function killBeforeAnswers(
  from: number,
  to: number,
  first: () => Promise<void>,
): Promise<void> {
  await withClient(installation.database.ownerUrl, async (client) => {
    const answered = async (): Promise<number> => {
      await client.query("begin; lock table batch_answers in share mode");
      return count("batch_answers");
    };
    let there = await answered();
    await first();
    while (there < from) {
      await client.query("rollback");
      there = await answered();
    }
    expect(there).toBeLessThanOrEqual(to);
    const isHeld = "pg_locks where relation = 'batch_answers'::regclass and not granted";
    while ((await count(isHeld)) === 0) await delay(5);
    await service.kill();
    // What was taken charge of without its answer: the last requests that were worked on.
    expect(await count("messages")).toBeGreaterThan(there + 2);
    await client.query("rollback");
  });
  expect(await count("batch_answers")).toBeLessThanOrEqual(to);
}

/** The same batch again is confirmed again; another one of its name is refused. */
async function repeat(): Promise<void> {
  expect((await call("Asincron", petition(ID, REQUESTS))).state).toBe("0001");
  const changed = REQUESTS.with(499, enviament("500", "+34600100000", "Un altre text"));
  const refused = await call("Asincron", petition(ID, changed));
  expect(refused.state).toBe("0502/0229");
  expect(refused.body).toContain(`Transmissió ja enregistrada: '${ID}'.`);
}

test("500 requests end with 500 answers, each message once, through two kills and repetitions", async () => {
  const { environment, database, taken } = installation;
  const { operator } = parseSettings(environment).smpp;
  // What a kill does to a segment on its way is the business of kill.test.ts: here all are sent at the end.
  await setOperator(database.owner, operator, false, new Date());
  service = await serve(environment);
  const same = await call("Sincron", petition(ID, [REQUESTS[SAME]!]));
  const other = enviament(REQUESTS[OTHER]!.id, "+34600100404", "Un altre text");
  expect((await call("Sincron", petition(ID, [other]))).state).toBe("0003");

  await killBeforeAnswers(0, 0, async () => {
    expect((await call("Asincron", petition(ID, REQUESTS))).state).toBe("0001");
  });
  service = await serve(environment);
  expect(await ask()).toMatchObject({ state: "0001", results: [] });
  await killBeforeAnswers(150, SIZE - 100, repeat);

  service = await serve(environment);
  await repeat();
  const states = new Set<string | undefined>();
  let answer = await ask();
  for (; answer.state !== "0003"; answer = await ask()) {
    states.add(answer.state);
    expect(answer.body.includes("<Transmisiones")).toBe(false);
    await delay(50);
  }
  expect(states).toEqual(new Set(["0002"]));
  await repeat();
  expect((await ask()).results).toEqual(answer.results);

  expect(answer.results).toHaveLength(SIZE);
  const results = answer.results.map((result) => (/^\d+$/.test(result) ? result : undefined));
  expect(results).toEqual(expected);
  expect(answer.results[SAME]).toBe(same.results[0]);
  const messages = answer.results.filter((_, index) => expected[index] === undefined);
  expect(new Set(messages).size).toBe(messages.length);
  // And the one that was sent before with other content.
  expect(await count("messages")).toBe(messages.length + 1);

  const { rows } = await database.owner.query<{ n: string }>(
    "select sum(segment_count) as n from messages",
  );
  const segments = Number(rows[0]?.n);
  expect(segments).toBeGreaterThan(messages.length + 1);
  await setOperator(database.owner, operator, true, new Date());
  const delivered = "messages where recipient_msisdn like '%000'";
  const due = await count(delivered);
  expect(due).toBeGreaterThan(5);
  while (taken.size < segments || (await count("certificates")) < due) await delay(100);
  expect([...taken.values()].filter((times) => times > 1)).toEqual([]);
  expect(taken.size).toBe(segments);
  expect(await count("charges where item = 'sms'")).toBe(messages.length + 1);
  expect(await count("batch_work")).toBe(0);
  expect(await checkIntegrity(database.app, new Date())).toEqual([]);
}, 180_000);
