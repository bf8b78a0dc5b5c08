import { execFile } from "node:child_process";
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { SetupProblem } from "../connection/setup-problem.ts";
import type { Binaries } from "./binaries.ts";
import { isAlive } from "./postmaster.ts";
import { SERVER_ENVIRONMENT, type Sandbox } from "./sandbox.ts";

/** Where the embedded server keeps its things, all in one private folder. */
export interface Place {
  readonly root: string;
  readonly cluster: string;
  readonly lockFile: string;
  readonly logFile: string;
}

/** The longest path of a Unix socket, in bytes. */
const SOCKET_PATH_LIMIT = 107;
export const PORT = 5432;

export function placeIn(dataDirectory: string): Place {
  const root = resolve(dataDirectory, "postgres");
  return {
    root,
    cluster: join(root, "cluster"),
    lockFile: join(root, "lock"),
    logFile: join(root, "postgres.log"),
  };
}

export async function makePlace(place: Place, sandbox: Sandbox): Promise<void> {
  await mkdir(place.root, { recursive: true });
  await chmod(place.root, 0o700);
  if (sandbox.owner === undefined) return;
  await chown(place.root, sandbox.owner, sandbox.owner);
  // The server's user has to pass through the data directory, which it may not list.
  const parent = dirname(place.root);
  await chmod(parent, (await stat(parent)).mode | 0o001);
}

/** The folder of the server's socket; nobody else may enter it, which is the only access control. */
export async function socketDirectory(place: Place, sandbox: Sandbox): Promise<string> {
  const socket = join(place.root, `.s.PGSQL.${PORT}`);
  if (Buffer.byteLength(socket) <= SOCKET_PATH_LIMIT) return place.root;
  const folder = await mkdtemp(join(tmpdir(), "sms-certificat-"));
  if (sandbox.owner !== undefined) await chown(folder, sandbox.owner, sandbox.owner);
  return folder;
}

/**
 * Makes the data directory on the first start. It is made under another name and renamed when it is
 * whole, so that a half-made one is never opened; of two who make it at once, one wins.
 */
export async function initialise(
  place: Place,
  binaries: Binaries,
  sandbox: Sandbox,
): Promise<void> {
  await removeLeftovers(place.root);
  const version = await readFile(join(place.cluster, "PG_VERSION"), "utf8").catch(() => undefined);
  if (version !== undefined) {
    if (Number.parseInt(version, 10) !== binaries.major) {
      throw otherMajor(place.cluster, version.trim(), binaries.major);
    }
    return;
  }
  const unfinished = `${place.cluster}.init.${process.pid}`;
  const words = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-instructions"];
  const locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
  await run([...sandbox.prefix, binaries.initdb, `--pgdata=${unfinished}`, ...words, ...locale]);
  await rename(unfinished, place.cluster).catch(async (error: unknown) => {
    await rm(unfinished, { recursive: true, force: true });
    // Someone else's is there already.
    if (!["ENOTEMPTY", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  });
  const folder = await open(place.root, "r");
  await folder.sync();
  await folder.close();
}

async function removeLeftovers(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    const pid = /^cluster\.init\.(\d+)$/.exec(name)?.[1];
    if (pid === undefined || (Number(pid) !== process.pid && isAlive(Number(pid)))) continue;
    // A killed initdb may still be writing there, and removing it too.
    const patience = { maxRetries: 10, retryDelay: 50 };
    await rm(join(root, name), { recursive: true, force: true, ...patience });
  }
}

function run([command = "", ...words]: readonly string[]): Promise<void> {
  return new Promise((done, failed) => {
    execFile(command, words, { env: SERVER_ENVIRONMENT }, (error, _output, errors) => {
      if (error) failed(notStarted(errors.trim() || error.message));
      else done();
    });
  });
}

/** PostgreSQL did not come up; its own words tell why. */
export const notStarted = (why: string): SetupProblem =>
  new SetupProblem({
    ca: `La base de dades incorporada no s'ha pogut engegar. PostgreSQL diu:\n${why}`,
    es: `La base de datos incorporada no ha podido arrancar. PostgreSQL dice:\n${why}`,
    en: `The embedded database could not be started. PostgreSQL says:\n${why}`,
  });

const otherMajor = (cluster: string, found: string, needed: number): SetupProblem =>
  new SetupProblem({
    ca: `Les dades de ${cluster} són de PostgreSQL ${found} i aquest programa porta el ${needed}. Exporteu-les amb la versió anterior i importeu-les.`,
    es: `Los datos de ${cluster} son de PostgreSQL ${found} y este programa lleva el ${needed}. Expórtelos con la versión anterior e impórtelos.`,
    en: `The data in ${cluster} belong to PostgreSQL ${found} and this program carries ${needed}. Export them with the earlier version and import them.`,
  });
