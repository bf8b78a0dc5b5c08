/** A test time-stamp authority over HTTP, in a process of its own, for benchmarks. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { openTestPki } from "../../src/certificate/test-pki/test-pki.ts";
import { createTestTimeStampAuthority } from "../../src/certificate/test-pki/test-time-stamp-authority.ts";
import { systemClock as clock, systemRandom as random } from "../../src/system.ts";

const pki = await openTestPki({ directory: process.argv[2] ?? "", clock, random });
const authority = createTestTimeStampAuthority({ keys: pki.timeStampAuthority, clock, random });

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    response.setHeader("content-type", "application/timestamp-reply");
    response.end(authority.respond(Buffer.concat(chunks)));
  });
});
server.listen(0, "127.0.0.1", () => {
  console.log(`port ${(server.address() as AddressInfo).port}`);
});
