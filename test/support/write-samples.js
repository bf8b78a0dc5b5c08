/** Runs write-samples.ts: scripts/samples. */
import "./typescript.js";
await import("./write-samples.ts");
