import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { transformFileSync } from "@swc/core";

export const root = fileURLToPath(new URL("../../", import.meta.url));
const PREFIX = ".test-build-";

/**
 * Compiles src/ for tests that run the program as a process of its own. The folder stands beside src/,
 * as dist/ does, so that paths to other files of the package stay right.
 */
export async function compileProgram() {
  const directory = join(root, `${PREFIX}${process.pid}`);
  const source = join(root, "src");
  for (const name of readdirSync(source, { recursive: true })) {
    if (!name.endsWith(".ts")) continue;
    const { code } = transformFileSync(join(source, name), {
      swcrc: false,
      jsc: {
        target: "es2022",
        parser: { syntax: "typescript" },
        rewriteRelativeImportExtensions: true,
      },
      module: { type: "es6" },
    });
    const file = join(directory, name.replace(/\.ts$/, ".js"));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, code);
    chmodSync(file, 0o755);
  }
  return { directory, stop: () => rmSync(directory, { recursive: true, force: true }) };
}

/** Folders of runs that were killed. */
export function removeDeadBuilds() {
  for (const name of readdirSync(root)) {
    if (!name.startsWith(PREFIX)) continue;
    try {
      process.kill(Number(name.slice(PREFIX.length)), 0);
    } catch (error) {
      if (error.code !== "EPERM") rmSync(join(root, name), { recursive: true, force: true });
    }
  }
}
