import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * Foreign programs that a test needs (`peer("xmllint", "pdfsig")`, or absolute paths of files that a
 * package brings): answers jest's describe when they are all there. When one is missing the tests
 * fail in CI, and are skipped with a loud line elsewhere. scripts/install-peers installs them.
 */
export function peer(...commands: string[]): jest.Describe {
  const missing = commands.filter((command) => !isThere(command));
  if (missing.length === 0) return describe;
  const message = `MISSING PEER ${missing.join(", ")}: run scripts/install-peers`;
  if (process.env["CI"]) throw new Error(message);
  process.stderr.write(`\n*** ${message}. The tests that need it are SKIPPED. ***\n\n`);
  return describe.skip;
}

function isThere(command: string): boolean {
  if (command.startsWith("/")) return canRead(command, constants.R_OK);
  const folders = (process.env["PATH"] ?? "").split(delimiter).concat("/usr/sbin", "/sbin");
  return folders.some((folder) => canRead(join(folder, command), constants.X_OK));
}

function canRead(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
