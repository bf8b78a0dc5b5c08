import { readFile, readlink, realpath } from "node:fs/promises";
import { join } from "node:path";

/** What the file postmaster.pid of a data directory says. */
export interface Postmaster {
  readonly pid: number;
  readonly socketDirectory: string;
  /** Line 8: starting, ready, standby, stopping. */
  readonly status: string;
}

export async function readPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const text = await readFile(join(cluster, "postmaster.pid"), "utf8").catch(() => "");
  const lines = text.split("\n");
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, socketDirectory: lines[4]?.trim() ?? "", status: lines[7]?.trim() ?? "starting" };
}

/**
 * The server that runs on a data directory; undefined when none does. The number in a postmaster.pid
 * that was left behind may belong to another program by now, or to a zombie.
 */
export async function findRunning(cluster: string): Promise<Postmaster | undefined> {
  const postmaster = await readPostmaster(cluster);
  if (!postmaster || !isAlive(postmaster.pid)) return undefined;
  return (await worksIn(postmaster.pid, cluster)) ? postmaster : undefined;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A postmaster's working directory is its data directory; a zombie has none. */
async function worksIn(pid: number, cluster: string): Promise<boolean> {
  if (process.platform !== "linux") return true;
  const directory = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  return directory !== undefined && directory === (await realpath(cluster));
}
