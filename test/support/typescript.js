/**
 * `node --import ./test/support/typescript.js file.ts` runs TypeScript as it stands in src/ and test/,
 * without a build: for tests that need the program as a process of its own, and for benchmarks.
 */
import { register } from "node:module";

register("./typescript-hooks.js", import.meta.url);
