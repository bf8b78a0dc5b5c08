import { execFile } from "node:child_process";
import type { TestDatabase } from "./database.ts";
import { nodeWords } from "./program.ts";

interface Ran {
  readonly code: number | null;
  readonly out: string;
}

/** Runs `sms-certificat …` on a database, as an operator does. */
export function runCommand(
  { appUrl, ownerUrl }: TestDatabase,
  directory: string,
  words: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const [command, ...args] = nodeWords("src/main.ts", ...words);
  const env = {
    ...process.env,
    DATABASE_URL: appUrl,
    DATABASE_OWNER_URL: ownerUrl,
    DATA_DIRECTORY: directory,
    ...more,
  };
  return new Promise((resolve) => {
    const child = execFile(command, args, { env }, (_error, out, err) => {
      resolve({ code: child.exitCode, out: out + err });
    });
  });
}
