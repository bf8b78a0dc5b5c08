import { fork, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { contractDemo, type DemoAccount } from "../../src/command-line/demo-account.ts";
import { systemClock, systemRandom } from "../../src/system.ts";
import { startChild } from "./child.ts";
import type { TestDatabase } from "./database.ts";

/** What the service has used so far. */
interface ServiceUsage {
  /** CPU time, in microseconds. */
  readonly cpu: number;
  /** The most memory that was ever resident, in bytes. */
  readonly peak: number;
}

/** The service with all its parts in a process of its own, with an account and an operator. */
export interface WholeService {
  readonly port: number;
  readonly account: DemoAccount;
  usage(): Promise<ServiceUsage>;
  stop(): Promise<void>;
}

interface WholeServiceParts {
  /** An operator of the bench's own; one that takes everything is started when absent. */
  readonly operatorPort?: number;
  /** More of what its sheet says. */
  readonly sheet?: object;
  /** Who calls, when it is contracted already. */
  readonly account?: DemoAccount;
}

/** Starts it on a database, as in production but for the seal; the operator takes so many a second. */
export async function startWholeService(
  database: Pick<TestDatabase, "app" | "appUrl" | "ownerUrl">,
  ratePerSecond: number,
  parts: WholeServiceParts = {},
): Promise<WholeService> {
  const directory = mkdtempSync(join(tmpdir(), "sms-certificat-bench-"));
  const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  const secretsKey = systemRandom.bytes(32);
  const operator =
    parts.operatorPort === undefined
      ? startChild(process.execPath, ["--import", at("typescript.js"), at("echo-smsc.ts")])
      : undefined;
  const operatorPort = (await operator?.line(/^port (\d+)/))?.[1] ?? String(parts.operatorPort);
  const account =
    parts.account ?? (await contractDemo({ db: database.app, secretsKey }, systemClock.now()));
  const { PATH, HOME } = process.env;
  const child = fork(at("service-process.js"), [], {
    execArgv: process.env["SERVICE_NODE_OPTIONS"]?.split(" ") ?? [],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: {
      PATH,
      HOME,
      DATABASE_URL: database.appUrl,
      DATABASE_OWNER_URL: database.ownerUrl,
      DATA_DIRECTORY: directory,
      SECRETS_KEY: secretsKey.toString("base64"),
      SMPP_PORT: operatorPort,
      SMPP_SHEET: JSON.stringify({ ratePerSecond, ...parts.sheet }),
      LOG_FORMAT: "json",
      // One entity stands for many here.
      ENTITY_CALLS_PER_SECOND: "100000",
    },
  });
  const { port } = await next<{ port: number }>(child);
  return {
    port,
    account,
    usage() {
      child.send("usage");
      return next<ServiceUsage>(child);
    },
    async stop() {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.disconnect();
      await gone;
      await operator?.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What a child says next; fails when it ends instead. */
export function next<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error("the process ended"));
    child.once("exit", ended);
    child.once("message", (message) => {
      child.off("exit", ended);
      resolve(message as T);
    });
  });
}
