/**
 * The service of a benchmark, as it is built and in a process of its own: see whole-service.ts. Its
 * memory and time are those of production, without a compiler beside it.
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:net";

const built = (path) => import(new URL(`../../dist/${path}`, import.meta.url).href);
const [{ startService }, { parseSettings, readEnvironment }, system, lines, logger] =
  await Promise.all(
    [
      "service.js",
      "settings.js",
      "system.js",
      "telemetry/gathered-lines.js",
      "telemetry/logger.js",
    ].map(built),
  );

const settings = parseSettings(readEnvironment());
const port = await freePort();
const { stream } = lines.gatherLines(process.stdout);
const log = logger.createLogger({ ...settings.log, clock: system.systemClock, stream });
const service = await startService(
  // As in production, where answers are not held against the schema, but for the seal.
  { ...settings, production: true, port },
  {
    clock: system.systemClock,
    random: system.systemRandom,
    timers: system.systemTimers,
    log,
  },
);
process.on("message", () => {
  const { user, system: kernel } = process.cpuUsage();
  const status = readFileSync("/proc/self/status", "utf8");
  const peak = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) * 1_024;
  process.send?.({ cpu: user + kernel, peak });
});
process.on("disconnect", () => {
  void service.stop().then(() => process.exit());
});
process.send?.({ port });

async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, "127.0.0.1", () => resolve()));
  const { port: free } = probe.address();
  await new Promise((resolve) => probe.close(() => resolve()));
  return free;
}
