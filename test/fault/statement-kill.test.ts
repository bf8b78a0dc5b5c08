import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { seededRandom } from "../../src/smpp/simulator/seeded-random.ts";
import { checkIntegrity } from "../../src/store/integrity.ts";
import { systemRandom } from "../../src/system.ts";
import { install, type Installation } from "../support/installation.ts";
import { serve, type Served } from "../support/served.ts";
import { envelope, post, sendCertifiedSms } from "../support/soap-call.ts";

/**
 * The service is killed before and after each statement of accept, relay, receipt, settle and certify.
 * Here some of them, drawn with the seed that is printed; FAULTS=long takes them all (some minutes).
 */
const SHORT = 16;
const SEED = process.env["FAULTS_SEED"] ?? systemRandom.bytes(4).toString("hex");
/** Of the start and of what no message needs: a kill there is a kill of an idle process. */
const IDLE = /leases|ensure_months|schema_migrations|pg_|current_setting|^-·1·select$|set_config/;
const HOOK = fileURLToPath(new URL("../support/kill-at.js", import.meta.url));
/** Two segments. */
const TEXT = "Notificació amb un text que no cap en un sol missatge curt: ".padEnd(120, "·");

let installation: Installation;
beforeAll(async () => {
  installation = await install(
    SEED,
    { receiptDelay: 50 },
    { RECEIPT_DEADLINE: "PT15S", RECEIPT_GRACE: "PT1S", NODE_OPTIONS: `--import=${HOOK}` },
  );
});
afterAll(() => installation.close());

const answered = new Set<string>();

async function start(settings: Readonly<Record<string, string>>): Promise<Served> {
  // As if the half minute had passed after which another process may bind.
  await installation.database.owner.query("delete from leases");
  return serve({ ...installation.environment, ...settings });
}

/** The caller repeats the call with the same reference until it has an answer. */
async function submit(service: Served, reference: string): Promise<void> {
  const message = sendCertifiedSms(reference, "+34600100000", `${TEXT}${reference}`);
  const answer = await post(service.url, envelope(installation.account, message)).catch(
    () => undefined,
  );
  if (answer?.status === 200) answered.add(reference);
}

async function count(sql: string): Promise<number> {
  const { rows } = await installation.database.owner.query<{ n: string }>(
    `select count(*) as n from ${sql}`,
  );
  return Number(rows[0]?.n);
}

async function learn(): Promise<string[]> {
  const file = join(installation.environment["DATA_DIRECTORY"]!, "statements");
  const service = await start({ LEARN_STATEMENTS: file });
  await submit(service, "learn");
  while ((await count("certificates")) < 1) await delay(50);
  await service.stop();
  const names = (await readFile(file, "utf8")).trim().split("\n");
  return names.filter((name) => !IDLE.test(name));
}

/** Every statement that changes something or ends a transaction comes before those that only read. */
function drawn(points: readonly string[]): string[] {
  if (process.env["FAULTS"] === "long") return [...points];
  const random = seededRandom(SEED);
  const writes = points.filter((name) => /·(commit|insert|update|delete|with)\b.*@/.test(name));
  const chance = new Map(writes.map((name) => [name, random.bytes(4).readUInt32BE()]));
  return writes.toSorted((a, b) => chance.get(a)! - chance.get(b)!).slice(0, SHORT);
}

test("killed at a statement and started again, each message ends with one certificate", async () => {
  const statements = await learn();
  const steps = ["submissions", "relay_attempts", "receipts", "outcomes", "certificates"];
  const written = (table: string): boolean =>
    statements.some((name) => name.includes(`insert into ${table}`));
  expect(steps.filter((table) => !written(table))).toEqual([]);
  const points = drawn(statements.flatMap((name) => [`${name}@before`, `${name}@after`]));
  process.stderr.write(
    `FAULTS_SEED=${SEED}: ${points.length} of ${2 * statements.length} moments\n`,
  );
  const missed: string[] = [];
  const open = new Set<string>();
  for (const [number, point] of points.entries()) {
    const service = await start({ KILL_AT: point });
    const exited = new Promise<void>((resolve) => service.process.once("exit", () => resolve()));
    for (const reference of [...open, `kill-${number}`]) {
      open.add(reference);
      await submit(service, reference);
      if (answered.has(reference)) open.delete(reference);
    }
    const died = await Promise.race([exited.then(() => true), delay(6_000).then(() => false)]);
    if (!died) missed.push(point);
    process.stderr.write(
      `DEBUG ${number} ${point.slice(0, 400)} died=${died} taken=${JSON.stringify([...installation.taken.values()])}\n`,
    );
    await service.kill();
    expect(died && service.process.signalCode).not.toBe(null);
  }

  const last = await start({});
  for (const reference of open) await submit(last, reference);
  const all = points.length + 1;
  expect(answered.size).toBe(all);
  expect(await count("messages")).toBe(all);
  while ((await count("certificates")) < all) await delay(200);
  expect(await count("outcomes")).toBe(all);
  expect(await count("charges where item = 'certificate'")).toBe(all);
  expect(await checkIntegrity(installation.database.app, new Date())).toEqual([]);
  expect([...installation.taken.values()].filter((times) => times > 1)).toEqual([]);
  // A moment that never came proves nothing.
  expect(missed).toEqual([]);
  await last.stop();
}, 900_000);
