import { execFileSync } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { seededRandom } from "../../src/smpp/simulator/seeded-random.ts";
import { checkIntegrity } from "../../src/store/integrity.ts";
import { systemRandom } from "../../src/system.ts";
import { install, type Installation } from "../support/installation.ts";
import { nodeWords } from "../support/program.ts";
import { serve, type Served } from "../support/served.ts";
import { envelope, post, sendCertifiedSms } from "../support/soap-call.ts";

/**
 * The service is killed before and after each statement of accept, relay, receipt, settle and certify.
 * Here some of them, drawn with the seed that is printed; FAULTS=long takes them all (some minutes),
 * FAULTS_POINTS another number.
 */
const SHORT = Number(process.env["FAULTS_POINTS"] ?? 16);
const LONG = process.env["FAULTS"] === "long";
const SEED = process.env["FAULTS_SEED"] ?? systemRandom.bytes(4).toString("hex");
const HOOK = fileURLToPath(new URL("../support/kill-at.js", import.meta.url));
/** Two segments. */
const TEXT = "Notificació amb un text que no cap en un sol missatge curt: ".padEnd(120, "·");
/** What each step writes. */
const WRITTEN = ["submissions", "relay_attempts", "receipts", "outcomes", "certificates"];
/** How many messages a moment has to come with. */
const TRIES = 3;

let installation: Installation;
let running: Served | undefined;
beforeAll(async () => {
  installation = await install(
    SEED,
    { receiptDelay: 50 },
    { RECEIPT_DEADLINE: "PT30M", RECEIPT_GRACE: "PT1S", NODE_OPTIONS: `--import=${HOOK}` },
  );
});
afterAll(async () => {
  await running?.kill();
  await installation.close();
});

/** As if the time had passed after which another process may bind, and take up what one had claimed. */
async function letLeasesEnd(): Promise<void> {
  const { owner } = installation.database;
  await owner.query("delete from leases");
  await owner.query("update work set run_at = $1 where run_at > $1 and not dead", [new Date()]);
}

async function start(settings: Readonly<Record<string, string>>): Promise<Served> {
  await letLeasesEnd();
  const service = await serve({ ...installation.environment, ...settings });
  running = service;
  service.process.kill("SIGUSR2");
  while (!service.output().includes("watching statements")) await delay(10);
  return service;
}

/** References of messages that nobody has been answered about yet, and of the others. */
const open = new Set<string>();
const answered = new Set<string>();
let messages = 0;

/** Each message has a recipient of its own, so that equal segments on the wire are one sent twice. */
function newMessage(): string {
  const reference = String((messages += 1));
  open.add(reference);
  return reference;
}

/** The caller repeats a call with the same reference until it has an answer. */
async function submit(service: Served, reference: string): Promise<void> {
  const recipient = `+346${reference.padStart(5, "0")}000`;
  const message = sendCertifiedSms(reference, recipient, `${TEXT}${reference}`);
  const answer = await post(service.url, envelope(installation.account, message)).catch(
    () => undefined,
  );
  if (answer?.status !== 200) return;
  open.delete(reference);
  answered.add(reference);
}

async function count(sql: string, ...values: unknown[]): Promise<number> {
  const { rows } = await installation.database.owner.query<{ n: number }>(
    `select count(*)::integer as n from ${sql}`,
    values,
  );
  return rows[0]?.n ?? 0;
}

const isCertified = async (reference: string): Promise<boolean> =>
  (await count(
    "certificates join submissions using (message_id) where client_reference = $1",
    reference,
  )) > 0;

interface Statement {
  readonly name: string;
  readonly rows: boolean;
}

/**
 * The statements that a message needs, in the order in which they were first met. What an idle service
 * sends as well, such as claims, counts only when it met a row.
 */
async function learn(): Promise<string[]> {
  const file = join(installation.environment["DATA_DIRECTORY"]!, "statements");
  writeFileSync(file, "");
  const service = await start({ LEARN_STATEMENTS: file });
  const reference = newMessage();
  await submit(service, reference);
  while (!(await isCertified(reference))) await delay(20);
  appendFileSync(file, '"idle"\n');
  const read = (): (Statement | "idle")[] =>
    readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Statement | "idle");
  const afterwards = (): Statement[] =>
    read()
      .slice(read().indexOf("idle"))
      .flatMap((line) => (line === "idle" ? [] : [line]));
  // Two of the rarest ticks, after which every other one has been seen.
  const rarest = ({ name }: Statement): boolean => name.endsWith("·notify");
  while (afterwards().filter(rarest).length < 2) await delay(50);
  await service.stop();
  const idle = new Set(afterwards().map(({ name }) => name));
  const met = read()
    .slice(0, read().indexOf("idle"))
    .flatMap((line) => (line === "idle" ? [] : [line]))
    // The health, the lease of the link and the last question come by the clock, not with a message.
    .filter(({ name }) => !/^-·1·(select··?$|.*\bleases\b|.*\blisten_until > )/.test(name));
  const points = met.flatMap(({ name, rows }) =>
    idle.has(name) ? (rows ? [`${name}@rows`] : []) : [`${name}@before`, `${name}@after`],
  );
  return [...new Set(points)];
}

/** Those that write or commit come before those that only read. */
function drawn(points: readonly string[]): string[] {
  if (LONG) return [...points];
  const random = seededRandom(SEED);
  const writes = points.filter((name) => /·(commit|insert|update|delete|with)\b/.test(name));
  const chance = new Map(writes.map((name) => [name, random.bytes(4).readUInt32BE()]));
  return writes.toSorted((a, b) => chance.get(a)! - chance.get(b)!).slice(0, SHORT);
}

/** Runs the service until the moment has come; false when messages come to their end without it. */
async function killedAt(point: string): Promise<boolean> {
  const service = await start({ KILL_AT: point });
  const hasDied = (): boolean =>
    service.process.exitCode !== null || service.process.signalCode !== null;
  for (const reference of [...open]) await submit(service, reference);
  for (let tries = 0; tries < TRIES && !hasDied(); tries++) {
    const reference = newMessage();
    await submit(service, reference);
    while (!hasDied() && !(await isCertified(reference))) await delay(20);
  }
  const died = hasDied();
  await service.kill();
  return died;
}

/**
 * When the answers of two segments were lost, their reports fit neither alone and a person decides. How
 * many were decided.
 */
async function decideAsAPerson(): Promise<number> {
  const { rows } = await installation.database.owner.query<{ id: string; cause: string }>(
    "select message_id as id, cause from work where step = 'settle' and dead",
  );
  for (const { id, cause } of rows) {
    expect(cause).toBe("conflict: a receipt about it fits no segment alone");
    const words = ["--as", "not-delivered", "--by", "marta", "--why", "the answers were lost"];
    const [command, ...args] = nodeWords("src/main.ts", "conflicts", "decide", id, ...words);
    execFileSync(command, args, { env: { ...process.env, ...installation.environment } });
  }
  return rows.length;
}

test("killed at a statement and started again, each message ends with one certificate", async () => {
  const all = await learn();
  const isWritten = (table: string): boolean =>
    all.some((point) => point.includes(`insert into ${table}`));
  expect(WRITTEN.filter((table) => !isWritten(table))).toEqual([]);
  const points = drawn(all);
  const missed: string[] = [];
  for (const point of points) {
    if (!(await killedAt(point))) missed.push(`${all.indexOf(point)}: ${point.slice(0, 300)}`);
  }

  // Two hours later, so that whatever waits for a while or for a person has come to that.
  const last = await start({ CLOCK_AHEAD: "7200000" });
  for (const reference of [...open]) await submit(last, reference);
  expect(answered.size).toBe(messages);
  const certified = "certificates where kind <> 'corrective'";
  let decided = 0;
  const giveUpAt = performance.now() + 120_000;
  while ((await count(certified)) < messages && performance.now() < giveUpAt) {
    decided += await decideAsAPerson();
    await delay(200);
  }
  await last.stop();
  process.stderr.write(
    `FAULTS_SEED=${SEED}: killed at ${points.length - missed.length} of ${all.length} moments ` +
      `(${points.map((point) => all.indexOf(point)).join(", ")}); ${messages} messages, ` +
      `${await count("outcomes where kind = 'delivered'")} delivered, ${decided} decided by a person\n`,
  );
  expect(await count("messages")).toBe(messages);
  expect(await count("outcomes")).toBe(messages);
  expect(await count(certified)).toBe(messages);
  expect(await count("charges where item = 'certificate'")).toBe(messages);
  expect(await count("charges where item = 'sms'")).toBe(messages);
  expect(await checkIntegrity(installation.database.app, new Date())).toEqual([]);
  expect([...installation.taken.values()].filter((times) => times > 1)).toEqual([]);
  // Most are delivered, whenever the process was killed, or the steps behind the relay were not met.
  expect(await count("outcomes where kind = 'delivered'")).toBeGreaterThan(messages / 2);
  // A moment that never came proves nothing; of all, some come only by chance.
  if (missed.length > points.length / 20) expect(missed).toEqual([]);
}, 3_600_000);
