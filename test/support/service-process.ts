import { readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { startService } from "../../src/service.ts";
import { parseSettings, readEnvironment } from "../../src/settings.ts";
import { systemClock, systemRandom, systemTimers } from "../../src/system.ts";
import { gatherLines } from "../../src/telemetry/gathered-lines.ts";
import { createLogger } from "../../src/telemetry/logger.ts";

/** The service of a benchmark, in a process of its own: see whole-service.ts. */
export interface ServiceUsage {
  /** CPU time, in microseconds. */
  readonly cpu: number;
  /** The most memory that was ever resident, in bytes. */
  readonly peak: number;
}

if (process.send) await serve();

async function serve(): Promise<void> {
  const settings = parseSettings(readEnvironment());
  const port = await freePort();
  const { stream } = gatherLines(process.stdout);
  const log = createLogger({ ...settings.log, clock: systemClock, stream });
  const service = await startService(
    // As in production, where answers are not held against the schema, but for the seal.
    { ...settings, production: true, port },
    { clock: systemClock, random: systemRandom, timers: systemTimers, log },
  );
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    const status = readFileSync("/proc/self/status", "utf8");
    const peak = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) * 1_024;
    process.send?.({ cpu: user + system, peak } satisfies ServiceUsage);
  });
  process.on("disconnect", () => {
    void service.stop().then(() => process.exit());
  });
  process.send?.({ port });
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", () => resolve()));
  const { port } = probe.address() as AddressInfo;
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  return port;
}
