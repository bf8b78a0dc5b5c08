import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createTestDatabase } from "../support/database.ts";
import { databaseCpu } from "../support/database-cpu.ts";
import { insertsPerSecond } from "../support/pgbench.ts";
import { sendBody } from "../support/soap-bodies.ts";
import type { Load, LoadResult } from "../support/soap-load.ts";
import { next, startWholeService } from "../support/whole-service.ts";

/**
 * The whole service under load: SendCertifiedSms with a UsernameToken to the durable answer. Service,
 * PostgreSQL and the load, each in processes of its own, share the machine. The operator takes a
 * contracted rate meanwhile, as operators do.
 */
const MILLISECONDS = 8_000;
/** The kernel writes back what is half a minute old: a shorter run meets it by chance or not at all. */
const HALF_LOAD_MILLISECONDS = 30_000;
const CLIENTS = 32;
const OPERATOR_RATE = 100;
const LEAST_SHARE = 0.42;
const LONGEST_P99 = 25;
const MOST_MEMORY = 300;

const database = await createTestDatabase();
const service = await startWholeService(database, OPERATOR_RATE);
const load = fork(fileURLToPath(new URL("../support/soap-load.ts", import.meta.url)), [], {
  execArgv: ["--import", fileURLToPath(new URL("../support/typescript.js", import.meta.url))],
});
const figures: Record<string, number> = {};
const bars: { name: string; value: number; limit: number; ok: boolean }[] = [];
const round = (value: number): number => Math.round(value * 100) / 100;
let sent = 1;

async function run(
  more: Pick<Load, "connections"> & Partial<Pick<Load, "rate" | "milliseconds">>,
): Promise<LoadResult> {
  load.send({
    port: service.port,
    milliseconds: MILLISECONDS,
    first: sent,
    body: sendBody(service.account),
    expected: "<stage>accepted</stage>",
    ...more,
  } satisfies Load);
  const result = await next<LoadResult>(load);
  sent += result.calls;
  return result;
}

try {
  const cpuOfDatabase = await databaseCpu(database.owner);
  const before = await insertsPerSecond(database.ownerUrl, CLIENTS);
  // The compiler of V8 goes on for some seconds.
  await run({ connections: 32, milliseconds: 8_000 });
  const fullLoads: [number, LoadResult][] = [];
  for (const connections of [32, 128]) {
    const [usage, used] = [await service.usage(), cpuOfDatabase()];
    const result = await run({ connections });
    const [cpu, databaseUse] = [(await service.usage()).cpu - usage.cpu, cpuOfDatabase() - used];
    figures[`accepted_per_second_${connections}`] = Math.round(result.perSecond);
    figures[`p99_ms_${connections}`] = round(result.p99);
    figures[`service_cpu_us_${connections}`] = round(cpu / result.calls);
    figures[`database_cpu_us_${connections}`] = round(databaseUse / result.calls);
    figures[`load_cpu_us_${connections}`] = round(result.cpu);
    fullLoads.push([connections, result]);
  }
  const inserts = (before + (await insertsPerSecond(database.ownerUrl, CLIENTS))) / 2;
  figures["pgbench_inserts_per_second"] = Math.round(inserts);
  for (const [connections, { perSecond }] of fullLoads) {
    const share = round(perSecond / inserts);
    const name = `accepted_to_inserts_${connections}`;
    bars.push({ name, value: share, limit: LEAST_SHARE, ok: share >= LEAST_SHARE });
    console.log(
      `${connections} connections: ${Math.round(perSecond)} accepted a second, ${share} of ` +
        `${Math.round(inserts)} single-row inserts of pgbench (at least ${LEAST_SHARE}); CPU for each: ` +
        `service ${figures[`service_cpu_us_${connections}`]} µs, ` +
        `PostgreSQL ${figures[`database_cpu_us_${connections}`]} µs, ` +
        `the load itself ${figures[`load_cpu_us_${connections}`]} µs`,
    );
  }
  for (const [connections, { perSecond }] of fullLoads) {
    const { p50, p99 } = await run({
      connections,
      rate: perSecond / 2,
      milliseconds: HALF_LOAD_MILLISECONDS,
    });
    const value = round(p99);
    figures[`half_load_p50_ms_${connections}`] = round(p50);
    const name = `half_load_p99_ms_${connections}`;
    bars.push({ name, value, limit: LONGEST_P99, ok: value < LONGEST_P99 });
    console.log(
      `at half that load: p50 ${round(p50)} ms, p99 ${value} ms (less than ${LONGEST_P99})`,
    );
  }
  const peak = round((await service.usage()).peak / 1_048_576);
  bars.push({ name: "peak_memory_mib", value: peak, limit: MOST_MEMORY, ok: peak < MOST_MEMORY });
  console.log(`memory of the service: ${peak} MiB at most (less than ${MOST_MEMORY})`);
} finally {
  load.disconnect();
  await service.stop();
  await database.drop();
}

console.log(JSON.stringify({ bench: "accept", figures, bars }));
if (bars.some(({ ok }) => !ok)) process.exitCode = 1;
