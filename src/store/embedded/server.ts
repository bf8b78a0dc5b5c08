import { spawn, type ChildProcess } from "node:child_process";
import { open, readFile, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Timers } from "../../domain/clock.ts";
import { SetupProblem } from "../connection/setup-problem.ts";
import type { Binaries } from "./binaries.ts";
import { notStarted, PORT, type Place } from "./cluster.ts";
import { findRunning, readPostmaster } from "./postmaster.ts";
import { LOCK_TAKEN, SERVER_ENVIRONMENT, type Sandbox } from "./sandbox.ts";

const LOOK_AGAIN = 25;
/** An orphan of a killed process leaves `ready` at once; who stays there this long has an owner. */
const OTHER_OWNER_AFTER = 3_000;
/** Recovery after a crash, or a last checkpoint on a slow disk. */
const PATIENCE = 120_000;
const FAST_STOP_PATIENCE = 30_000;
const LARGE_LOG = 10_000_000;

const SETTINGS = {
  listen_addresses: "",
  unix_socket_permissions: "0700",
  port: String(PORT),
  timezone: "UTC",
  log_timezone: "UTC",
  log_checkpoints: "off",
  // Or the kernel keeps what is evicted for half a minute, and commits wait while it writes it all.
  backend_flush_after: "256kB",
  // Values of statements are personal data: they stay out of the log.
  log_error_verbosity: "terse",
  log_min_error_statement: "panic",
  log_parameter_max_length: "0",
  log_parameter_max_length_on_error: "0",
};

interface Launch {
  readonly place: Place;
  readonly binaries: Binaries;
  readonly sandbox: Sandbox;
  readonly sockets: string;
  readonly timers: Timers;
}

/** Resolves when the server answers; waits for a predecessor that is still ending. */
export async function launch(options: Launch): Promise<ChildProcess> {
  const { place, timers } = options;
  const since = timers.now();
  let inUseSince: number | undefined;
  for (;;) {
    const running = await findRunning(place.cluster);
    if (!running) {
      const server = await spawnServer(options);
      if (server) return server;
    }
    // Ready under someone else, or locked by a server that cannot be seen from here (a container).
    const inUse = !running || running.status === "ready";
    inUseSince = inUse ? (inUseSince ?? timers.now()) : undefined;
    const tooLong = inUseSince !== undefined && timers.now() - inUseSince > OTHER_OWNER_AFTER;
    if (tooLong || timers.now() - since > PATIENCE) throw directoryInUse(place.root, running?.pid);
    await pause(timers);
  }
}

/** Answers undefined when the lock of the directory is taken. */
async function spawnServer(options: Launch): Promise<ChildProcess | undefined> {
  const { place, binaries, sandbox, sockets, timers } = options;
  const size = await stat(place.logFile).then(
    (file) => file.size,
    () => 0,
  );
  if (size > LARGE_LOG) await rename(place.logFile, `${place.logFile}.1`);
  const log = await open(place.logFile, "a", 0o600);
  const from = (await log.stat()).size;
  const settings = { ...SETTINGS, unix_socket_directories: sockets };
  const words = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  // Their numbers may belong to other programs by now: PostgreSQL would take those for itself.
  const leftovers = [
    join(place.cluster, "postmaster.pid"),
    join(sockets, `.s.PGSQL.${PORT}.lock`),
    join(sockets, `.s.PGSQL.${PORT}`),
  ];
  const [command = "", ...rest] = [
    ...sandbox.lockedPrefix(place.lockFile, leftovers),
    binaries.postgres,
    "-D",
    place.cluster,
    ...words,
  ];
  // Its own process group: Ctrl-C reaches the service alone, which stops the server last.
  const server = spawn(command, rest, {
    detached: true,
    env: SERVER_ENVIRONMENT,
    stdio: ["ignore", log.fd, log.fd],
  });
  let failure: Error | undefined;
  server.once("error", (error) => (failure = error));
  try {
    const since = timers.now();
    for (;;) {
      if (failure) throw notStarted(failure.message);
      if (server.exitCode === LOCK_TAKEN) return undefined;
      if (server.exitCode !== null || server.signalCode !== null) {
        throw notStarted(await tail(place.logFile, from));
      }
      const postmaster = await readPostmaster(place.cluster);
      if (postmaster?.pid === server.pid && postmaster?.status === "ready") return server;
      if (timers.now() - since > PATIENCE) {
        server.kill("SIGQUIT");
        throw notStarted(await tail(place.logFile, from));
      }
      await pause(timers);
    }
  } finally {
    await log.close();
  }
}

async function tail(file: string, from: number): Promise<string> {
  const text = (await readFile(file)).subarray(from).toString("utf8").trim();
  return text.split("\n").slice(-10).join("\n");
}

export async function endServer(server: ChildProcess, timers: Timers): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  server.kill("SIGINT");
  const cancel = timers.after(FAST_STOP_PATIENCE, () => server.kill("SIGQUIT"));
  await ended;
  cancel();
}

const pause = (timers: Timers): Promise<void> =>
  new Promise((resolve) => timers.after(LOOK_AGAIN, resolve));

const directoryInUse = (root: string, pid: number | undefined): SetupProblem => {
  const who = pid === undefined ? "" : ` (PostgreSQL: ${pid})`;
  return new SetupProblem({
    ca: `Un altre procés ja fa servir la base de dades de ${root}${who}. Només pot haver-hi un servei per carpeta: atureu l'altre, o definiu una altra DATA_DIRECTORY.`,
    es: `Otro proceso ya usa la base de datos de ${root}${who}. Solo puede haber un servicio por carpeta: detenga el otro, o defina otra DATA_DIRECTORY.`,
    en: `Another process already uses the database in ${root}${who}. One service per folder: stop the other, or set another DATA_DIRECTORY.`,
  });
};
