import { spawn, type ChildProcess } from "node:child_process";
import { freePort } from "./free-port.ts";
import { killTree } from "./process-tree.ts";
import { nodeWords } from "./program.ts";

/** `sms-certificat serve` in a process of its own. */
export interface Served {
  readonly url: string;
  readonly process: ChildProcess;
  /** Everything that it has said. */
  output(): string;
  /** kill -9 of the process and everything below it; resolves when it is gone. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the service and resolves when it takes calls; rejects with what it said when it ends before. */
export async function serve(settings: Readonly<Record<string, string>>): Promise<Served> {
  const port = settings["PORT"] ?? String(await freePort());
  const [command, ...words] = nodeWords("src/main.ts", "serve");
  const { PATH, HOME } = process.env;
  const child = spawn(command, words, {
    env: { PATH, HOME, ...settings, PORT: port },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    const listen = (chunk: Buffer): void => {
      said += chunk.toString();
      if (/[ "]serving/.test(said)) resolve();
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    void exited.then(() => reject(new Error(`the service ended at its start:\n${said}`)));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    process: child,
    output: () => said,
    kill() {
      if (child.pid !== undefined) killTree(child.pid);
      return exited;
    },
    stop() {
      child.kill("SIGTERM");
      return exited;
    },
  };
}
