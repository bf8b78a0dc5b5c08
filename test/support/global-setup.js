/**
 * Runs in jest's main process: makes, when a test file first asks, what all test files share (the
 * compiled program, a database cluster with a migrated template), and removes it at the end. What it
 * starts dies with this process.
 */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, removeDeadBuilds, compileProgram } from "./compile-program.js";
import { startCluster } from "./start-cluster.js";

const PREFIX = "sms-certificat-test-";

export default async function globalSetup() {
  removeLeftovers();
  removeDeadBuilds();
  const directory = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const made = new Map();
  const once = (name, make) => {
    if (!made.has(name)) made.set(name, make());
    return made.get(name);
  };
  const program = () => once("program", () => compileProgram());
  const shared = {
    program,
    cluster: () => once("cluster", async () => startCluster(await program(), directory, root)),
  };
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", async (data) => {
      const answer = await shared[data.toString().trim()]().then(
        (value) => ({ value }),
        (error) => ({ error: String(error?.stack ?? error) }),
      );
      socket.end(JSON.stringify(answer));
    });
  });
  const path = join(directory, "shared.sock");
  await new Promise((resolve) => server.listen(path, resolve));
  process.env.SMS_TEST_SHARED = path;
  globalThis.endShared = async () => {
    server.close();
    for (const name of ["cluster", "program"]) {
      const thing = await Promise.resolve(made.get(name)).catch(() => undefined);
      await thing?.stop();
    }
    rmSync(directory, { recursive: true, force: true });
  };
}

/** Folders of runs that were killed. */
function removeLeftovers() {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
