import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
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
import { backOffice } from "../support/back-office.ts";
import { serve, type Served } from "../support/served.ts";

/**
 * Milliseconds between the answer to the last of three submissions and the kill. A message is certified
 * some half a second after its answer, so the kills fall on every step.
 */
const MOMENTS = [0, 15, 40, 80, 130, 190, 260, 340, 430, 600];
const NUMBERS = ["+34600100000", "+34600200003", "+34600300404"];

let dataDirectory: string;
let simulator: Simulator;
let environment: Record<string, string>;
let account: { username: string; secret: string };
let service: Served | undefined;
const taken = new Map<string, number>();

beforeAll(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), "sms-certificat-kill-"));
  simulator = await startSimulator(
    { host: "127.0.0.1", port: 0, password: "password", unkind: false, receiptDelay: 150 },
    {
      clock: systemClock,
      timers: systemTimers,
      random: seededRandom("kill"),
      taken: ({ shortMessage }) => {
        const payload = shortMessage.toString("hex");
        taken.set(payload, (taken.get(payload) ?? 0) + 1);
      },
    },
  );
  environment = {
    DATA_DIRECTORY: dataDirectory,
    SMPP_PORT: String(simulator.port),
    RECEIPT_DEADLINE: "PT12S",
    RECEIPT_GRACE: "PT1S",
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
  await service?.kill();
  await simulator.stop();
  await rm(dataDirectory, { recursive: true, force: true });
});

test("killed with its database at ten moments, every accepted message gets exactly one certificate", async () => {
  const references: string[] = [];
  for (const moment of MOMENTS) {
    service = await serve(environment);
    const office = await backOffice(service.url, account.username, account.secret);
    for (const msisdn of NUMBERS) {
      const clientReference = `kill-${moment}-${msisdn.slice(-3)}`;
      const text = `Notificació ${clientReference}`;
      await office.send({ clientReference, recipient: { msisdn }, text });
      references.push(clientReference);
    }
    await delay(moment);
    await service.kill();
  }

  service = await serve(environment);
  const office = await backOffice(service.url, account.username, account.secret);
  const certified = async (): Promise<number> => {
    const entries = await office.status(references);
    return entries.filter((entry) => JSON.stringify(entry).includes('"issued"')).length;
  };
  while ((await certified()) < references.length) await delay(250);

  const embedded = await findEmbedded(dataDirectory);
  if (!embedded) throw new Error("the database of the service is not there");
  const db = new pg.Pool(embedded.owner);
  const { rows } = await db.query<{ certificates: string; messages: string; charges: string }>(
    `select (select count(*) from certificates) as certificates,
       (select count(*) from messages) as messages,
       (select count(*) from charges where item = 'certificate') as charges`,
  );
  const damages = await checkIntegrity(db, systemClock.now());
  await db.end();
  const all = String(references.length);
  expect(rows[0]).toEqual({ certificates: all, messages: all, charges: all });
  expect(damages).toEqual([]);
  expect([...taken.values()].filter((times) => times > 1)).toEqual([]);
  // The kills fall before and after the relay, or they would prove nothing.
  expect(taken.size).toBeGreaterThan(0);
}, 240_000);
