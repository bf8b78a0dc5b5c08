/**
 * Adds up the result files of jest that are named, prints the line that continuous integration reads,
 * and fails when a test failed or none ran.
 */
import { existsSync, readFileSync } from "node:fs";

const total = { passed: 0, failed: 0, skipped: 0 };
for (const file of process.argv.slice(2).filter((name) => existsSync(name))) {
  const results = JSON.parse(readFileSync(file, "utf8"));
  total.passed += results.numPassedTests;
  // A file that does not even load holds no tests: it counts as one that failed.
  total.failed += results.numFailedTests + results.numRuntimeErrorTestSuites;
  total.skipped += results.numPendingTests + results.numTodoTests;
}
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
