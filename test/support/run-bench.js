/** Runs test/bench/NAME.ts with a database cluster for whoever asks for one. */
import "./typescript.js";
import globalSetup from "./global-setup.js";
import globalTeardown from "./global-teardown.js";

await globalSetup();
try {
  await import(`../bench/${process.argv[2]}.ts`);
} finally {
  await globalTeardown();
}
