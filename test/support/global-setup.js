/**
 * Runs in jest's main process: starts the database cluster that all test files share when the first of
 * them asks for it, and ends it at the end. It dies with this process, however that ends.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PREFIX = "sms-certificat-test-";

export default async function globalSetup() {
  removeLeftovers();
  const directory = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  let cluster;
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    cluster ??= import("./start-cluster.js").then(({ startCluster }) => startCluster(directory));
    cluster.then(
      (value) => socket.end(JSON.stringify({ value })),
      (error) => socket.end(JSON.stringify({ error: String(error?.stack ?? error) })),
    );
  });
  const path = join(directory, "cluster.sock");
  await new Promise((resolve) => server.listen(path, resolve));
  process.env.SMS_TEST_CLUSTER = path;
  globalThis.endTestCluster = async () => {
    server.close();
    const started = await cluster?.catch(() => undefined);
    await started?.stop();
    rmSync(directory, { recursive: true, force: true });
  };
}

/** Folders of runs that were killed, unless they are another user's. */
function removeLeftovers() {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    const path = join(tmpdir(), name);
    if (pid === undefined || isAlive(Number(pid)) || !isOurs(path)) continue;
    rmSync(path, { recursive: true, force: true });
  }
}

function isOurs(path) {
  return statSync(path, { throwIfNoEntry: false })?.uid === process.getuid?.();
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
