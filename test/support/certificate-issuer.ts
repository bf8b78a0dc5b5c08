import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCertificateIssuer } from "../../src/certificate/issuer.ts";
import { createKeySeal } from "../../src/certificate/seal/key-file-seal.ts";
import type { TimeStampAuthority } from "../../src/certificate/time-stamp/authority.ts";
import { openTestPki, type TestPki } from "../../src/certificate/test-pki/test-pki.ts";
import { createTestTimeStampAuthority } from "../../src/certificate/test-pki/test-time-stamp-authority.ts";
import { createTestStatus } from "../../src/certificate/test-pki/test-status.ts";
import { createValidationSource } from "../../src/certificate/validation/validation-data.ts";
import type { Clock, RandomSource } from "../../src/domain/clock.ts";
import type { CertificateIssuer } from "../../src/lifecycle/ports.ts";

export const clock: Clock = { now: () => new Date() };
export const random: RandomSource = { bytes: (length) => randomBytes(length) };

let opened: Promise<TestPki> | undefined;

/** A test PKI of its own for each test file. */
export function testPki(): Promise<TestPki> {
  opened ??= openTestPki({
    directory: join(mkdtempSync(join(tmpdir(), "certificate-")), "pki"),
    clock,
    random,
  });
  return opened;
}

/** An issuer with a test seal, and its authority unless another one is given. */
export async function testIssuer(
  timeStampAuthority?: TimeStampAuthority,
): Promise<CertificateIssuer> {
  const pki = await testPki();
  return createCertificateIssuer({
    clock,
    seal: createKeySeal(pki.seal),
    timeStampAuthority:
      timeStampAuthority ??
      createTestTimeStampAuthority({ keys: pki.timeStampAuthority, clock, random }),
    validation: createValidationSource({
      clock,
      source: createTestStatus({ pki, clock }),
      anchors: pki.root + pki.issuingAuthority.chain,
    }),
    test: true,
  });
}
