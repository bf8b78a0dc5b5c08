/** @type {import('jest').Config} */
export default {
  rootDir: "..",
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  extensionsToTreatAsEsm: [".ts"],
  testEnvironment: "node",
  modulePathIgnorePatterns: ["<rootDir>/dist/"],
  globalSetup: "<rootDir>/test/support/global-setup.js",
  globalTeardown: "<rootDir>/test/support/global-teardown.js",
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "es6" } },
    ],
  },
  testSequencer: "<rootDir>/test/support/long-files-first.js",
  // A foreign client in Java beside another on two cores takes its time.
  testTimeout: 120_000,
  maxWorkers: 2,
};
