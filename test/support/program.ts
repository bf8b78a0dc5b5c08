import { fileURLToPath } from "node:url";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * The words that run a TypeScript file of this repository in a process of its own, as the file is now:
 * `const [command, ...words] = nodeWords("src/main.ts", "serve")` for spawn.
 */
export function nodeWords(file: string, ...args: string[]): [string, ...string[]] {
  return [process.execPath, "--import", at("typescript.js"), at(`../../${file}`), ...args];
}
