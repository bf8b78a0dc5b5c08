import { mkdtempSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCertificateIssuer } from "../../src/certificate/issuer.ts";
import { createKeySeal } from "../../src/certificate/seal/key-file-seal.ts";
import { openTestPki } from "../../src/certificate/test-pki/test-pki.ts";
import { createTestStatus } from "../../src/certificate/test-pki/test-status.ts";
import { createTestTimeStampAuthority } from "../../src/certificate/test-pki/test-time-stamp-authority.ts";
import { createHttpTimeStampAuthority } from "../../src/certificate/time-stamp/http-authority.ts";
import { createValidationSource } from "../../src/certificate/validation/validation-data.ts";
import type { Clock } from "../../src/domain/clock.ts";
import type { CertificateIssuer } from "../../src/lifecycle/ports.ts";
import { systemRandom as random } from "../../src/system.ts";

/** A time-stamp authority behind a real socket, which can be stopped, and an issuer that asks it. */
export interface TimeStampService {
  readonly issuer: CertificateIssuer;
  /** Tokens that it gave. */
  readonly tokens: () => number;
  stop(): Promise<void>;
  /** At the same address. */
  start(): Promise<void>;
}

export async function startTimeStampService(clock: Clock): Promise<TimeStampService> {
  const directory = join(mkdtempSync(join(tmpdir(), "time-stamps-")), "pki");
  const pki = await openTestPki({ directory, clock, random });
  const authority = createTestTimeStampAuthority({ keys: pki.timeStampAuthority, clock, random });
  let tokens = 0;
  let server: Server | undefined;
  let port = 0;

  async function start(): Promise<void> {
    const started = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        tokens += 1;
        response.setHeader("content-type", "application/timestamp-reply");
        response.end(authority.respond(Buffer.concat(chunks)));
      });
    });
    await new Promise<void>((resolve) => started.listen(port, "127.0.0.1", resolve));
    port = (started.address() as AddressInfo).port;
    server = started;
  }

  await start();
  const issuer = await createCertificateIssuer({
    clock,
    seal: createKeySeal(pki.seal),
    timeStampAuthority: createHttpTimeStampAuthority({
      urls: [`http://127.0.0.1:${port}/`],
      random,
    }),
    validation: createValidationSource({
      clock,
      source: createTestStatus({ pki, clock }),
      anchors: pki.root + pki.issuingAuthority.chain,
    }),
    test: true,
  });
  return {
    issuer,
    tokens: () => tokens,
    start,
    async stop() {
      const stopped = server;
      server = undefined;
      stopped?.closeAllConnections();
      await new Promise<void>((resolve) => (stopped ? stopped.close(() => resolve()) : resolve()));
    },
  };
}
