import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";

/** A foreign program that runs beside a test. */
export interface Child {
  readonly process: ChildProcess;
  /** What it has printed, both streams, line by line. */
  readonly lines: string[];
  /** The first line, printed already or yet to come, that fits; fails after 20 s. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  stop(): Promise<void>;
}

export function startChild(command: string, args: readonly string[]): Child {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      for (const look of waiting) look();
    });
  }
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  return {
    process: child,
    lines,
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = lines.map((line) => pattern.exec(line)).find((each) => each !== null);
          if (!match) return;
          clearTimeout(giveUp);
          waiting.delete(look);
          resolve(match);
        };
        const giveUp = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`${command} never said ${String(pattern)}:\n${lines.join("\n")}`));
        }, 20_000);
        waiting.add(look);
        look();
      }),
    stop: () => {
      child.kill("SIGKILL");
      return ended;
    },
  };
}
