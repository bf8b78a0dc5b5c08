import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../src/system.ts";
import { createTestDatabase } from "../support/database.ts";
import { databaseCpu } from "../support/database-cpu.ts";
import { insertWaiting } from "../support/history.ts";
import { insertsPerSecond } from "../support/pgbench.ts";
import type { Reports, ReportsResult, Taken } from "../support/reporting-smsc.ts";
import { next, startWholeService } from "../support/whole-service.ts";

/**
 * The way of a receipt through the whole service: over SMPP from a process of its own, stored raw before
 * it is acknowledged, matched to its message. What follows from it goes on meanwhile: messages are
 * settled and certified. Service, PostgreSQL and operator share the machine.
 *
 * A receipt is stored, written into the chain of its message and makes a step of work due, three rows and
 * a deleted one where pgbench inserts one: without group commit it could come to a quarter of its rate.
 */
const RECEIPTS = 30_000;
const WARM = 3_000;
const BINDS = 2;
/** On each bind: what an SMSC sends before the first is acknowledged. */
const IN_FLIGHT = 250;
const CLIENTS = 10;
const LOOK_EVERY = 25;
const LEAST_SHARE = 0.5;
const MOST_MEMORY = 300;

const figures: Record<string, number> = {};
const bars: { name: string; value: number; limit: number; ok: boolean }[] = [];
const round = (value: number): number => Math.round(value * 100) / 100;

const database = await createTestDatabase();
const smsc = fork(fileURLToPath(new URL("../support/reporting-smsc.ts", import.meta.url)), [], {
  execArgv: ["--import", fileURLToPath(new URL("../support/typescript.js", import.meta.url))],
});
const { port } = await next<{ port: number }>(smsc);
const service = await startWholeService(database, 100, {
  operatorPort: port,
  sheet: { binds: Array.from({ length: BINDS }, () => "transceiver") },
});

async function report(about: readonly Taken[]): Promise<ReportsResult> {
  smsc.send({ about, inFlight: IN_FLIGHT, binds: BINDS } satisfies Reports);
  return next<ReportsResult>(smsc);
}

async function untilMatched(): Promise<void> {
  for (;;) {
    const { rowCount } = await database.owner.query("select from unmatched_receipts limit 1");
    if (rowCount === 0) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  }
}

try {
  const { rows } = await database.owner.query<{ userId: string; entityId: string }>(
    `select user_id as "userId", entity_id as "entityId" from users`,
  );
  const [of] = rows;
  if (!of) throw new Error("no user");
  const now = systemClock.now();
  const from = new Date(now.getTime() - 60_000);
  const messages = { ...of, first: 1, count: RECEIPTS + WARM, from, until: now };
  const taken = await insertWaiting(database.ownerUrl, messages);
  const cpuOfDatabase = await databaseCpu(database.owner);
  await report(taken.slice(0, WARM));
  await untilMatched();
  const before = await insertsPerSecond(database.ownerUrl, CLIENTS);
  const [usage, used, start] = [await service.usage(), cpuOfDatabase(), performance.now()];
  const acknowledged = await report(taken.slice(WARM));
  await untilMatched();
  const matched = (RECEIPTS * 1_000) / (performance.now() - start);
  const [after, usedAfter] = [await service.usage(), cpuOfDatabase()];
  const inserts = (before + (await insertsPerSecond(database.ownerUrl, CLIENTS))) / 2;
  figures["pgbench_inserts_per_second"] = Math.round(inserts);
  figures["acknowledged_per_second"] = Math.round(acknowledged.perSecond);
  figures["matched_per_second"] = Math.round(matched);
  figures["acknowledged_p50_ms"] = round(acknowledged.p50);
  figures["acknowledged_p99_ms"] = round(acknowledged.p99);
  figures["service_cpu_us"] = round((after.cpu - usage.cpu) / RECEIPTS);
  figures["database_cpu_us"] = round((usedAfter - used) / RECEIPTS);
  for (const [name, perSecond] of [
    ["acknowledged_to_inserts", acknowledged.perSecond],
    ["matched_to_inserts", matched],
  ] as const) {
    const value = round(perSecond / inserts);
    bars.push({ name, value, limit: LEAST_SHARE, ok: value >= LEAST_SHARE });
    console.log(
      `${name.replaceAll("_", " ")}: ${Math.round(perSecond)} receipts a second, ${value} of ` +
        `${Math.round(inserts)} single-row inserts of pgbench with ${CLIENTS} clients (at least ` +
        `${LEAST_SHARE})`,
    );
  }
  console.log(
    `acknowledged after ${figures["acknowledged_p50_ms"]} ms, p99 ${figures["acknowledged_p99_ms"]} ms, ` +
      `with ${BINDS * IN_FLIGHT} in flight; CPU for each: service ${figures["service_cpu_us"]} µs, ` +
      `PostgreSQL ${figures["database_cpu_us"]} µs`,
  );
  const peak = round(after.peak / 1_048_576);
  bars.push({ name: "peak_memory_mib", value: peak, limit: MOST_MEMORY, ok: peak < MOST_MEMORY });
  console.log(`memory of the service: ${peak} MiB at most (less than ${MOST_MEMORY})`);
} finally {
  smsc.disconnect();
  await service.stop();
  await database.drop();
}
console.log(JSON.stringify({ bench: "receipts", figures, bars }));
if (bars.some(({ ok }) => !ok)) process.exitCode = 1;
