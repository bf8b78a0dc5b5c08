import { rm } from "node:fs/promises";
import type pg from "pg";
import type { Timers } from "../domain/clock.ts";
import { findBinaries } from "./embedded/binaries.ts";
import { initialise, makePlace, placeIn, PORT, socketDirectory } from "./embedded/cluster.ts";
import { APPLICATION_LOGIN, DATABASE, makeLogins, OWNER_LOGIN } from "./embedded/first-roles.ts";
import { findRunning } from "./embedded/postmaster.ts";
import { chooseSandbox } from "./embedded/sandbox.ts";
import { endServer, launch } from "./embedded/server.ts";

/** How to reach the embedded database; passwords are not needed, the socket's folder is private. */
export interface EmbeddedConnections {
  /** Owns the database: migrations. May create roles, is no superuser. */
  readonly owner: pg.ClientConfig;
  /** The service: what the migrations grant to it and no more. */
  readonly app: pg.ClientConfig;
}

export interface EmbeddedDatabase extends EmbeddedConnections {
  /** Closes open connections, writes everything and ends the server. */
  stop(): Promise<void>;
}

interface EmbeddedOptions {
  /** Holds, among other things, the folder `postgres` with the database. */
  readonly dataDirectory: string;
  readonly timers: Timers;
  /** The server ended without being asked to. */
  readonly onLost?: (cause: Error) => void;
}

/**
 * Starts the PostgreSQL that the service carries with it, on a data directory that is made when it is
 * not there. The server ends with this process, even when that is killed; after a crash the next
 * start waits for its predecessor to be gone. What was committed stays committed.
 *
 * @throws SetupProblem when another process uses the directory, or PostgreSQL cannot run here
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const { timers } = options;
  const binaries = await findBinaries(process.platform, process.arch);
  const sandbox = await chooseSandbox(process.getuid?.());
  const place = placeIn(options.dataDirectory);
  await makePlace(place, sandbox);
  await initialise(place, binaries, sandbox);
  const sockets = await socketDirectory(place, sandbox);
  const forgetSockets = async (): Promise<void> => {
    if (sockets !== place.root) await rm(sockets, { recursive: true, force: true });
  };
  const server = await launch({ place, binaries, sandbox, sockets, timers }).catch(
    async (error: unknown) => {
      await forgetSockets();
      throw error;
    },
  );
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= endServer(server, timers).then(forgetSockets);
    return stopping;
  };
  server.once("exit", () => {
    if (!stopping) options.onLost?.(new Error(`the database server ended; see ${place.logFile}`));
  });
  if (!sandbox.endsWithUs) process.once("exit", () => server.kill("SIGINT"));
  try {
    await makeLogins({ ...at(sockets), user: "postgres", database: "postgres" });
  } catch (error) {
    await stop();
    throw error;
  }
  return { ...connections(sockets), stop };
}

/** The embedded database that another process runs on this directory, if one does. */
export async function findEmbedded(
  dataDirectory: string,
): Promise<EmbeddedConnections | undefined> {
  const running = await findRunning(placeIn(dataDirectory).cluster);
  return running?.status === "ready" ? connections(running.socketDirectory) : undefined;
}

const at = (sockets: string): pg.ClientConfig => ({ host: sockets, port: PORT });

const connections = (sockets: string): EmbeddedConnections => ({
  owner: { ...at(sockets), user: OWNER_LOGIN, database: DATABASE },
  app: { ...at(sockets), user: APPLICATION_LOGIN, database: DATABASE },
});
