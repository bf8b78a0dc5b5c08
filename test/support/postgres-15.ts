import { execFile, spawn, type ChildProcess } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createTestPool } from "./database.ts";
import { freePort } from "./free-port.ts";

const PROGRAMS = "/usr/lib/postgresql/15/bin";
/** What a test that needs it hands to peer(). */
export const POSTGRES_15 = `${PROGRAMS}/postgres`;

const run = promisify(execFile);

/** A PostgreSQL 15 of Debian as an administrator serves it: over TCP, its owner no superuser. */
export interface ServedPostgres {
  readonly port: number;
  readonly folder: string;
  /** Of the owner of the database: DATABASE_URL of a service. */
  readonly url: string;
  readonly adminUrl: string;
  /** Starts what was ended, on the same port; resolves when it takes connections. */
  start(): Promise<void>;
  /** SIGINT breaks every connection and writes everything; SIGKILL writes nothing. */
  end(signal: "SIGINT" | "SIGKILL"): Promise<void>;
  remove(): Promise<void>;
}

interface Options {
  /** More words for the server: `["-c", "name=value"]`. */
  readonly settings?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Made from a running one as its standby, instead of empty. */
  readonly standbyOf?: ServedPostgres;
  /** Where its folder is made. */
  readonly parent?: string;
}

export async function servePostgres(options: Options = {}): Promise<ServedPostgres> {
  const parent = options.parent ?? tmpdir();
  const folder = await mkdtemp(join(parent, "sms-certificat-pg15-"));
  const data = join(folder, "data");
  const root = process.getuid?.() === 0;
  // It refuses root and then runs as the user whom the package made.
  const ordinary = ["--pdeathsig", "KILL"];
  if (root) {
    ordinary.push("--reuid=postgres", "--regid=postgres", "--init-groups");
    const { stdout } = await run("id", ["-u", "postgres"]);
    await chmod(folder, 0o711);
    await chown(folder, Number(stdout), -1);
  } else {
    await mkdir(folder, { recursive: true });
  }
  const port = await freePort();
  const asOrdinary = (program: string, ...args: string[]): Promise<unknown> =>
    run("setpriv", [...ordinary, join(PROGRAMS, program), ...args], { cwd: folder });
  const at = (user: string, database: string): string =>
    `postgresql://${user}@127.0.0.1:${port}/${database}`;
  if (options.standbyOf) {
    const source = `host=127.0.0.1 port=${options.standbyOf.port} user=admin application_name=standby`;
    await asOrdinary("pg_basebackup", "-D", data, "-d", source, "-R", "-c", "fast");
  } else {
    const words = ["--username=admin", "--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust"];
    await asOrdinary("initdb", `--pgdata=${data}`, ...words, "--no-sync");
  }
  let server: { child: ChildProcess; ended: Promise<void> } | undefined;

  const served: ServedPostgres = {
    port,
    folder,
    url: at("test_owner", "postgres"),
    adminUrl: at("admin", "postgres"),
    async start() {
      const settings = ["listen_addresses=127.0.0.1", "max_connections=60"];
      const args = [
        ...["-D", data, "-p", String(port), "-k", folder],
        ...settings.flatMap((setting) => ["-c", setting]),
        ...(options.settings ?? []),
      ];
      // For the server alone: what is preloaded must not run before the change of user.
      const words = Object.entries(options.environment ?? {}).map((each) => each.join("="));
      const child = spawn("setpriv", [...ordinary, "env", ...words, POSTGRES_15, ...args], {
        cwd: folder,
        stdio: ["ignore", "ignore", "pipe"],
      });
      let said = "";
      child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
      const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      server = { child, ended };
      const state = { over: false };
      void ended.then(() => (state.over = true));
      while (!(await isReady(data))) {
        if (state.over) throw new Error(`PostgreSQL 15 ended at its start:\n${said}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async end(signal) {
      if (!server) return;
      const { child, ended } = server;
      server = undefined;
      child.kill(signal);
      await ended;
      if (signal === "SIGKILL") await untilChildrenGone(data);
    },
    async remove() {
      await served.end("SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
  await served.start();
  if (!options.standbyOf) {
    const admin = createTestPool(served.adminUrl);
    await admin.query("create role test_owner login createrole createdb");
    await admin.query("grant create on schema public to test_owner");
    await admin.query("alter database postgres owner to test_owner");
    await admin.end();
  }
  return served;
}

async function isReady(data: string): Promise<boolean> {
  const lines = (await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "")).split("\n");
  return lines[7]?.trim() === "ready";
}

/** After a kill -9 of the postmaster its children end by themselves; a start before would refuse. */
async function untilChildrenGone(data: string): Promise<void> {
  for (;;) {
    const { stdout } = await run("pgrep", ["-f", `^postgres.*${data}`]).catch(() => ({
      stdout: "",
    }));
    if (stdout.trim() === "") break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await rm(join(data, "postmaster.pid"), { force: true });
}
