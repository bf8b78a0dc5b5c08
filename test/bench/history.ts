import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { contractDemo, type DemoAccount } from "../../src/command-line/demo-account.ts";
import { seededRandom } from "../../src/smpp/simulator/seeded-random.ts";
import { checkIntegrity } from "../../src/store/integrity.ts";
import { systemClock, systemRandom } from "../../src/system.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { databaseCpu } from "../support/database-cpu.ts";
import { insertHistory, insertWaiting, referenceOf } from "../support/history.ts";
import { createSide, type Side } from "../support/history-side.ts";
import { historyStatusBody, sendBody } from "../support/soap-bodies.ts";
import type { Load, LoadResult } from "../support/soap-load.ts";
import { next, startWholeService } from "../support/whole-service.ts";

/**
 * What each step costs beside the ten thousand messages of a service in its second month, and beside
 * those of one that is five years old: 200 000 of them, or with --full five millions, which takes half
 * an hour and 25 GB. Both do the same in turn, and each is compared with the other of the same turn.
 */
const FULL = process.argv.includes("--full");
const FEW = 10_000;
const MANY = FULL ? 5_000_000 : 200_000;
const TURNS = FULL ? 100 : 30;
const MESSAGES = 200;
const CALLS = 50;
const LOOKS = 25;
const WARNINGS = 10;
const VERIFIED = 10;
const WAITING = 2_000;
const LOAD_MILLISECONDS = 4_000;
const MOST = 1.2;
const MOST_MEMORY = 300;

const DAY = 86_400_000;
const now = systemClock.now();
const daysAgo = (days: number): Date => new Date(now.getTime() - days * DAY);
const random = seededRandom("history");
const figures: Record<string, number> = {};
const bars: { name: string; value: number; limit: number; ok: boolean }[] = [];
const round = (value: number): number => Math.round(value * 100) / 100;
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

interface Compared {
  readonly database: TestDatabase;
  readonly account: DemoAccount;
  readonly side: Side;
  readonly count: number;
}

async function fill(count: number, from: Date): Promise<Compared> {
  const database = await createTestDatabase();
  const account = await contractDemo({ db: database.app, secretsKey: systemRandom.bytes(32) }, now);
  const { rows } = await database.owner.query<{ userId: string; entityId: string }>(
    `select user_id as "userId", entity_id as "entityId" from users`,
  );
  const [of] = rows;
  if (!of) throw new Error("there is no user");
  const start = performance.now();
  const seconds = (): number => Math.round((performance.now() - start) / 1_000);
  const onProgress = (done: number): void => {
    if (done % 500_000 === 0) console.log(`${done} messages in ${seconds()} s`);
  };
  const finished = { ...of, first: 1, count, from, until: daysAgo(6) };
  await insertHistory(database.ownerUrl, finished, now, onProgress);
  const waiting = { ...of, first: count + 1, count: WAITING, from: daysAgo(0.01), until: now };
  await insertWaiting(database.ownerUrl, waiting);
  console.log(`${count} finished messages, written in ${seconds()} s`);
  return { database, account, side: await createSide(database, of.userId), count };
}

/** References of the caller's own messages: of the last so many, which are the same number on both sides. */
function references(count: number, last = Infinity): string[] {
  const own = Math.floor(count / 10);
  const before = Math.max(0, own - last);
  return Array.from({ length: CALLS }, () =>
    referenceOf((before + 1 + (random.bytes(4).readUInt32BE(0) % (own - before))) * 10),
  );
}

/** In the order of a message's life, each with how often it does what it is about. */
const STEPS: readonly [name: string, times: number, run: (of: Compared) => Promise<void>][] = [
  ["accept", MESSAGES, ({ side }) => side.accept(MESSAGES)],
  ["relay", MESSAGES, ({ side }) => side.relay()],
  ["record_receipt", MESSAGES / 2, ({ side }) => side.record()],
  ["match_receipt", MESSAGES / 2, ({ side }) => side.match()],
  ["settle_delivered", MESSAGES / 2, ({ side }) => side.settle()],
  ["settle_due", MESSAGES / 2, ({ side }) => side.settleByDeadline()],
  ["look_for_work", LOOKS, ({ side }) => side.look(LOOKS)],
  ["warn_early", WARNINGS, ({ side }) => side.warn(WARNINGS)],
  ["status_recent", CALLS, ({ side, count }) => side.status(references(count, FEW / 10))],
  ["status_any", CALLS, ({ side, count }) => side.status(references(count))],
];

/** Told, and not limited: what asks for rows that no cache holds, and what is done every five minutes. */
const UNLIMITED: readonly string[] = ["status_any", "warn_early"];

async function compare(few: Compared, many: Compared): Promise<void> {
  const cpu = await databaseCpu(few.database.owner);
  const costs = STEPS.map(() => ({ few: new Cost(), many: new Cost() }));
  // The first turn fills caches.
  for (let turn = -1; turn < TURNS; turn += 1) {
    for (const [place, [, times, run]] of STEPS.entries()) {
      const both = [
        [few, costs[place]?.few],
        [many, costs[place]?.many],
      ] as const;
      for (const [of, cost] of turn % 2 === 0 ? both : both.toReversed()) {
        const [used, start] = [cpu(), performance.now()];
        await run(of);
        if (turn >= 0) cost?.add(performance.now() - start, cpu() - used, times);
      }
    }
  }
  for (const [place, cost] of costs.entries()) {
    const name = STEPS[place]?.[0] ?? "";
    const value = round(
      median(cost.many.wall.map((wall, turn) => wall / (cost.few.wall[turn] ?? 0))),
    );
    const limited = !UNLIMITED.includes(name);
    if (limited) bars.push({ name, value, limit: MOST, ok: value <= MOST });
    for (const side of ["few", "many"] as const) {
      figures[`${name}_us_${side}`] = Math.round(median(cost[side].wall));
      figures[`${name}_database_cpu_us_${side}`] = Math.round(cost[side].cpu / TURNS);
    }
    const told = (what: string): string =>
      `${figures[`${name}_${what}_few`]} and ${figures[`${name}_${what}_many`]} µs`;
    console.log(
      `${name}: ${told("us")}, ${value} times${limited ? ` (at most ${MOST})` : ""}; ` +
        `PostgreSQL ${told("database_cpu_us")} of CPU`,
    );
  }
}

/** Of one step on one side: microseconds for each time. */
class Cost {
  readonly wall: number[] = [];
  cpu = 0;

  add(milliseconds: number, cpu: number, times: number): void {
    this.wall.push((milliseconds * 1_000) / times);
    this.cpu += cpu / times;
  }
}

/** How long the steps of verify take, of a thousand messages each, from the oldest on. */
async function verify(few: Compared, many: Compared): Promise<void> {
  for (const [name, { database, count }] of Object.entries({ few, many })) {
    const steps: number[] = [];
    let last = performance.now();
    const onProgress = (): void => {
      steps.push(performance.now() - last);
      last = performance.now();
      if (steps.length === VERIFIED) throw new Enough();
    };
    const damages = await checkIntegrity(database.app, now, onProgress).catch((error: unknown) => {
      if (error instanceof Enough) return [];
      throw error;
    });
    if (damages.length > 0) throw new Error(JSON.stringify(damages[0]));
    figures[`verify_step_ms_${name}`] = round(median(steps));
    console.log(
      `verify beside ${count}: ${round(median(steps))} ms for a step, ` +
        `${Math.round(Math.max(...steps.slice(1)))} at most, and the first ${Math.round(steps[0] ?? 0)}`,
    );
  }
}

class Enough extends Error {}

/** The whole service beside the long history, called from another process. */
async function serve({ database, account, count }: Compared): Promise<void> {
  // What was settled is not certified: that would take its time from what is measured.
  await database.owner.query("delete from work where step = 'certify'");
  const service = await startWholeService(database, 100, { account });
  const load = fork(fileURLToPath(new URL("../support/soap-load.ts", import.meta.url)), [], {
    execArgv: ["--import", fileURLToPath(new URL("../support/typescript.js", import.meta.url))],
  });
  const call = async (body: string, expected: string, first: number): Promise<LoadResult> => {
    const { port } = service;
    const milliseconds = LOAD_MILLISECONDS;
    load.send({ port, milliseconds, connections: 32, first, body, expected } satisfies Load);
    return next<LoadResult>(load);
  };
  try {
    const asked = await call(historyStatusBody(account), "<found>true</found>", count / 20);
    const accepted = await call(sendBody(account), "<stage>accepted</stage>", 1);
    figures["get_status_per_second"] = Math.round(asked.perSecond);
    figures["accepted_per_second"] = Math.round(accepted.perSecond);
    const peak = round((await service.usage()).peak / 1_048_576);
    bars.push({ name: "peak_memory_mib", value: peak, limit: MOST_MEMORY, ok: peak < MOST_MEMORY });
    console.log(
      `the whole service beside many, 32 callers: ${Math.round(asked.perSecond)} GetStatus and then ` +
        `${Math.round(accepted.perSecond)} accepted a second; memory ${peak} MiB at most (less than ` +
        `${MOST_MEMORY})`,
    );
  } finally {
    load.disconnect();
    await service.stop();
  }
}

console.log(
  FULL
    ? "the full size: five million messages of five years"
    : `${MANY} messages of five years; the full size, five millions: npm run bench -- history --full`,
);
const few = await fill(FEW, daysAgo(35));
const many = await fill(MANY, daysAgo(5 * 365));
try {
  await compare(few, many);
  await verify(few, many);
  await serve(many);
} finally {
  await few.database.drop();
  await many.database.drop();
}
console.log(JSON.stringify({ bench: "history", figures, bars }));
if (bars.some(({ ok }) => !ok)) process.exitCode = 1;
