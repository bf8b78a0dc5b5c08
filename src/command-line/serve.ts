import { startService } from "../service.ts";
import { parseSettings, readEnvironment } from "../settings.ts";
import { describeBehaviours } from "../smpp/simulator/behaviours.ts";
import { seededRandom } from "../smpp/simulator/seeded-random.ts";
import { startSimulator } from "../smpp/simulator/simulator.ts";
import { systemClock, systemRandom, systemTimers } from "../system.ts";
import { gatherLines } from "../telemetry/gathered-lines.ts";
import { createLogger } from "../telemetry/logger.ts";
import { openDatabase } from "../open-database.ts";
import { print, readArguments, UsageError, type Command } from "./command.ts";
import { explainPort } from "./taken-port.ts";

const PARTS = { clock: systemClock, random: systemRandom, timers: systemTimers };

export const serveCommand: Command = {
  name: "serve",
  summary: "the service: SOAP door, operator's link, reconciler, verification page",
  usage: "serve        settings come from the environment; SIGTERM stops it in order",
  async run(args) {
    readArguments(args, {});
    const settings = parseSettings(readEnvironment());
    const { stream, flush } = gatherLines(process.stdout);
    process.once("exit", flush);
    const log = createLogger({ ...settings.log, clock: systemClock, stream });
    const service = await startService(settings, { ...PARTS, log }).catch((error: unknown) => {
      throw explainPort(error, [
        ["PORT", settings.port],
        ["METRICS_PORT", settings.metrics?.port],
        ["KANNEL_CALLBACK_PORT", settings.kannel?.callback.port],
      ]);
    });
    await interrupted();
    log.info("stopping");
    await service.stop();
    return 0;
  },
};

export const migrateCommand: Command = {
  name: "migrate",
  summary: "brings the database to the schema of this version",
  usage: "migrate      every start does the same; this is for who wants to do it beforehand",
  async run(args) {
    readArguments(args, {});
    const settings = parseSettings(readEnvironment());
    const database = await openDatabase(settings, {
      now: systemClock.now(),
      join: false,
      onError: (error) => print(`database: ${error.message}`),
    });
    await database.close();
    print("the database is up to date");
    return 0;
  },
};

export const simulateOperatorCommand: Command = {
  name: "simulate-operator",
  summary: "an SMSC over SMPP 3.4 whose behaviour follows the recipient's last digits",
  usage: `simulate-operator [--port PORT] [--calm] [--seed TEXT] [--file FILE]
  --port  2775 by default
  --calm  no delays, repeats, throttling or unbinds by chance
  --seed  the same text gives the same chances; drawn and told when absent
  --file  keeps the receipts nobody has acknowledged, for the next start

The last three digits of a recipient choose what happens; any other is delivered.
${describeBehaviours().replaceAll(/^/gm, "  ")}`,
  async run(args) {
    const options = readArguments(args, {
      port: { type: "string" },
      calm: { type: "boolean" },
      seed: { type: "string" },
      file: { type: "string" },
    });
    const port = Number(options.text("port") ?? "2775");
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      throw new UsageError("--port must be 0 to 65535");
    }
    const seed = options.text("seed") ?? systemRandom.bytes(4).toString("hex");
    const simulator = await startSimulator(
      {
        host: "127.0.0.1",
        port,
        password: "password",
        unkind: !options.flag("calm"),
        file: options.text("file"),
      },
      { ...PARTS, random: seededRandom(seed) },
    ).catch((error: unknown) => {
      throw explainPort(error, [["--port", port]]);
    });
    print(`simulated SMSC on 127.0.0.1:${simulator.port}, password "password", seed ${seed}`);
    await interrupted();
    await simulator.stop();
    return 0;
  },
};

/** Until somebody asks the process to end. */
export function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}
