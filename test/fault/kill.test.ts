import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { contractDemo } from "../../src/command-line/demo-account.ts";
import { openDatabase } from "../../src/open-database.ts";
import { secretsKey } from "../../src/secrets-key.ts";
import { parseSettings } from "../../src/settings.ts";
import { seededRandom } from "../../src/smpp/simulator/seeded-random.ts";
import { startSimulator, type Simulator } from "../../src/smpp/simulator/simulator.ts";
import { checkIntegrity } from "../../src/store/integrity.ts";
import { findEmbedded } from "../../src/store/embedded.ts";
import { systemClock, systemRandom, systemTimers } from "../../src/system.ts";
import { freePort } from "../support/free-port.ts";
import { startLoad, type Load } from "../support/load.ts";
import { serve, type Served } from "../support/served.ts";

/**
 * The service and its embedded database are killed -9 while callers send without a pause. FAULTS=long
 * has more rounds. A round ends after a number of answers that is drawn with the seed that is printed.
 */
const LONG = process.env["FAULTS"] === "long";
const ROUNDS = LONG ? 60 : 10;
const ANSWERS = { least: 5, most: 40 };
const SEED = process.env["FAULTS_SEED"] ?? systemRandom.bytes(4).toString("hex");
const MINUTE = 60_000;
const HOOK = fileURLToPath(new URL("../support/kill-at.js", import.meta.url));

const random = seededRandom(SEED);
const draw = (below: number): number => random.bytes(4).readUInt32BE() % below;

let dataDirectory: string;
let simulator: Simulator;
let environment: Record<string, string>;
let account: { username: string; secret: string };
let service: Served | undefined;
let load: Load | undefined;
const taken = new Map<string, number>();

beforeAll(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), "sms-certificat-kill-"));
  simulator = await startSimulator(
    { host: "127.0.0.1", port: 0, password: "password", unkind: false, receiptDelay: 150 },
    {
      clock: systemClock,
      timers: systemTimers,
      random: seededRandom(SEED),
      taken: ({ destinationAddr, shortMessage }) => {
        const key = `${destinationAddr} ${shortMessage.toString("hex")}`;
        taken.set(key, (taken.get(key) ?? 0) + 1);
      },
    },
  );
  environment = {
    DATA_DIRECTORY: dataDirectory,
    SMPP_PORT: String(simulator.port),
    PORT: String(await freePort()),
    RECEIPT_DEADLINE: "PT1H",
    RECEIPT_GRACE: "PT1S",
    ENTITY_CALLS_PER_SECOND: "100000",
  };
  const settings = parseSettings(environment);
  const database = await openDatabase(settings, {
    now: systemClock.now(),
    join: false,
    onError: () => undefined,
  });
  account = await contractDemo(
    { db: database.db, secretsKey: await secretsKey(settings, systemRandom) },
    systemClock.now(),
  );
  await database.close();
});

afterAll(async () => {
  void load?.stop();
  await service?.kill();
  await simulator.stop();
  await rm(dataDirectory, { recursive: true, force: true });
});

async function withDatabase<T>(work: (db: pg.Pool) => Promise<T>): Promise<T> {
  const embedded = await findEmbedded(dataDirectory);
  if (!embedded) throw new Error("the database of the service is not there");
  const db = new pg.Pool(embedded.owner);
  // The server may end while the last connection is being closed.
  db.on("error", () => undefined);
  try {
    return await work(db);
  } finally {
    await db.end();
  }
}

async function count(db: pg.Pool, sql: string): Promise<number> {
  const { rows } = await db.query<{ n: number }>(`select count(*)::integer as n from ${sql}`);
  return rows[0]?.n ?? 0;
}

/** Where there is still something to send, or a receipt to come. */
const UNSETTLED = `messages m where not exists (select from outcomes o where o.message_id = m.message_id)
  and (exists (select from work w where w.message_id = m.message_id and w.step = 'relay')
    or exists (select from relay_answers a where a.message_id = m.message_id and a.kind = 'accepted'))`;
const UNCERTIFIED =
  "messages m where not exists (select from certificates c where c.message_id = m.message_id)";

const serveLater = (milliseconds: number): Promise<Served> =>
  serve({
    ...environment,
    NODE_OPTIONS: `--import=${HOOK}`,
    CLOCK_AHEAD: String(milliseconds),
  });

test("killed with its database again and again under load, every message gets exactly one certificate", async () => {
  const inFlight: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    service = await serve(environment);
    load ??= await startLoad(service.url, account);
    await load.until(load.acknowledged.length + ANSWERS.least + draw(ANSWERS.most - ANSWERS.least));
    inFlight.push(await withDatabase((db) => count(db, UNCERTIFIED)));
    await service.kill();
  }

  // A while later the claims of those that died have run out, and what is left is sent and reported.
  service = await serveLater(10 * MINUTE);
  await load?.stop();
  await withDatabase(async (db) => {
    while ((await count(db, UNSETTLED)) > 0) await delay(100);
  });
  await service.stop();
  // Two hours later what nobody can report on is over.
  service = await serveLater(120 * MINUTE);
  const acknowledged = load?.acknowledged ?? [];
  await withDatabase(async (db) => {
    while ((await count(db, UNCERTIFIED)) > 0) await delay(100);
    const messages = await count(db, "messages");
    const { rows: kept } = await db.query<{ client_reference: string }>(
      "select client_reference from submissions join messages using (message_id, client_reference)",
    );
    const references = new Set(kept.map((row) => row.client_reference));
    expect(acknowledged.filter((reference) => !references.has(reference))).toEqual([]);
    expect(messages).toBe(references.size);
    expect(await count(db, "outcomes")).toBe(messages);
    expect(await count(db, "certificates where kind <> 'corrective'")).toBe(messages);
    expect(await count(db, "charges where item = 'certificate'")).toBe(messages);
    expect(await checkIntegrity(db, systemClock.now())).toEqual([]);
    const delivered = await count(db, "outcomes where kind = 'delivered'");
    expect(delivered).toBeGreaterThan(messages / 2);
    process.stderr.write(
      `FAULTS_SEED=${SEED}: ${messages} messages, in flight at the kills: ${inFlight.join(", ")}; ` +
        `${delivered} delivered\n`,
    );
  });
  expect([...taken.values()].filter((times) => times > 1)).toEqual([]);
  // The kills fall before and after the relay, and on many at once, or they would prove nothing.
  expect(taken.size).toBeGreaterThan(0);
  expect(Math.max(...inFlight)).toBeGreaterThanOrEqual(10);
  await service.stop();
}, 900_000);
