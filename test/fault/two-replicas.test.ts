import { Agent } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { seededRandom } from "../../src/smpp/simulator/seeded-random.ts";
import { checkIntegrity } from "../../src/store/integrity.ts";
import { systemRandom } from "../../src/system.ts";
import { freePort } from "../support/free-port.ts";
import { install, type Installation } from "../support/installation.ts";
import { serve, type Served } from "../support/served.ts";
import { envelope, post, sendCertifiedSms } from "../support/soap-call.ts";

/**
 * Two replicas on one PostgreSQL and an unkind operator, while one of the two is killed again and
 * again. FAULTS=long sends twenty thousand messages (some minutes), FAULTS_MESSAGES another number.
 */
const LONG = process.env["FAULTS"] === "long";
const MESSAGES = Number(process.env["FAULTS_MESSAGES"] ?? (LONG ? 20_000 : 300));
const SEED = process.env["FAULTS_SEED"] ?? systemRandom.bytes(4).toString("hex");
const CLIENTS = 24;
/** The lease of the link outlasts its holder by half a minute: more kills, and nothing would be relayed. */
const KILLS = LONG ? { least: 8, most: 12, pause: 30_000 } : { least: 3, most: 3, pause: 1_500 };
/** Ends of recipients, most of whom are reached; none whose reports need the decision of a person. */
const ENDS = [
  ...["001", "002", "003", "005", "006", "007", "008", "009", "010", "011", "012", "013", "015"],
  ...["018", "019", "023", "024", "404", "405"],
  ...Array.from({ length: 60 }, () => "000"),
];

const random = seededRandom(SEED);
const draw = (below: number): number => random.bytes(4).readUInt32BE() % below;

let installation: Installation;
const ports: string[] = [];
const replicas: (Served | undefined)[] = [];

beforeAll(async () => {
  installation = await install(
    SEED,
    { unkind: true, receiptDelay: 200 },
    {
      RECEIPT_DEADLINE: LONG ? "PT8M" : "PT55S",
      RECEIPT_GRACE: "PT2S",
      // An answer takes up to two seconds, and two minutes pass before one that was lost is made good.
      ...(LONG && { SMPP_SHEET: '{"window":100}' }),
    },
  );
  ports.push(String(await freePort()), String(await freePort()));
  await Promise.all([start(0), start(1)]);
});
afterAll(async () => {
  await Promise.all(replicas.flatMap((each) => (each ? [each.kill()] : [])));
  await installation.close();
});

async function start(index: number): Promise<void> {
  replicas[index] = await serve({ ...installation.environment, PORT: ports[index]! });
}

async function count(table: string): Promise<number> {
  const { rows } = await installation.database.owner.query<{ n: string }>(
    `select count(*) as n from ${table}`,
  );
  return Number(rows[0]?.n);
}

const certified = (): Promise<number> => count("certificates where kind <> 'corrective'");

test("every accepted message ends with one outcome and one certificate", async () => {
  const began = performance.now();
  const over = { yes: false };
  let next = 0;
  let kills = 0;

  /** A caller repeats a call that got no answer, at the other replica, with the same reference. */
  const client = async (): Promise<void> => {
    const agents = ports.map(() => new Agent({ keepAlive: true, maxSockets: 1 }));
    for (let number = next++; number < MESSAGES; number = next++) {
      const end = ENDS[draw(ENDS.length)] ?? "000";
      const msisdn = `+346${String(number).padStart(5, "0")}${end}`;
      const message = sendCertifiedSms(`two-${number}`, msisdn, `Avís número ${number}`);
      for (let at = draw(2); ; at = 1 - at) {
        const url = `http://127.0.0.1:${ports[at]!}`;
        const answer = await post(url, envelope(installation.account, message), agents[at]).catch(
          () => undefined,
        );
        if (answer?.status === 200) break;
        await delay(100);
      }
    }
    for (const agent of agents) agent.destroy();
  };

  const killer = async (): Promise<void> => {
    while (kills < (over.yes ? KILLS.least : KILLS.most)) {
      await delay(KILLS.pause / 2 + draw(KILLS.pause));
      const index = draw(2);
      await replicas[index]?.kill();
      kills += 1;
      await delay(draw(500));
      await start(index);
    }
  };

  const killing = killer();
  await Promise.all(Array.from({ length: CLIENTS }, client));
  const accepted = performance.now();
  // The kills fall on relays, outcomes and certificates as well.
  while ((await certified()) < MESSAGES / 2) await delay(500);
  over.yes = true;
  await killing;
  while ((await certified()) < MESSAGES) await delay(500);
  const done = performance.now();
  const delivered = await count("outcomes where kind = 'delivered'");
  const seconds = (from: number, to: number): string => ((to - from) / 1_000).toFixed(0);
  process.stderr.write(
    `FAULTS_SEED=${SEED}: ${MESSAGES} accepted in ${seconds(began, accepted)} s, ` +
      `${kills} kills, all certified after ${seconds(began, done)} s, ` +
      `${delivered} as delivered\n`,
  );

  expect(delivered).toBeGreaterThan(0);
  expect(await count("messages")).toBe(MESSAGES);
  expect(await count("outcomes")).toBe(MESSAGES);
  expect(await certified()).toBe(MESSAGES);
  expect(await count("charges where item = 'certificate'")).toBe(MESSAGES);
  expect([...installation.taken.values()].filter((times) => times > 1)).toEqual([]);
  expect(await checkIntegrity(installation.database.app, new Date())).toEqual([]);
}, 1_800_000);
