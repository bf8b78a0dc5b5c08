/** Runs issue-with-module.ts as a process of its own. */
import "./typescript.js";
await import("./issue-with-module.ts");
