import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createCertificateIssuer } from "./certificate/issuer.ts";
import { createKeySeal } from "./certificate/seal/key-file-seal.ts";
import { createTestStatus } from "./certificate/test-pki/test-status.ts";
import { createPkcs11Seal, parsePkcs11Uri } from "./certificate/seal/pkcs11-seal.ts";
import { readPkcs12 } from "./certificate/seal/pkcs12.ts";
import type { Seal } from "./certificate/seal/seal.ts";
import { openTestPki } from "./certificate/test-pki/test-pki.ts";
import { createTestTimeStampAuthority } from "./certificate/test-pki/test-time-stamp-authority.ts";
import { createHttpTimeStampAuthority } from "./certificate/time-stamp/http-authority.ts";
import { createHttpStatus } from "./certificate/validation/http-status.ts";
import { createValidationSource } from "./certificate/validation/validation-data.ts";
import type { Clock, RandomSource } from "./domain/clock.ts";
import type { CertificateIssuer } from "./lifecycle/ports.ts";
import type { Settings } from "./settings.ts";

interface Parts {
  readonly clock: Clock;
  readonly random: RandomSource;
}

/**
 * The maker of certificates: with the seal and the time-stamp authorities of the settings, else with a
 * test authority that is made once and kept in the data directory.
 */
export async function createIssuer(settings: Settings, parts: Parts): Promise<CertificateIssuer> {
  const { clock, random } = parts;
  const test = !settings.production;
  if (settings.seal) {
    const { anchorsPath, tsaUrls } = settings.seal;
    const seal = await openSeal(settings.seal);
    const anchors = await readFile(anchorsPath, "utf8");
    return createCertificateIssuer({
      clock,
      seal,
      timeStampAuthority: createHttpTimeStampAuthority({ urls: tsaUrls, random }),
      validation: createValidationSource({
        clock,
        source: createHttpStatus(),
        anchors,
      }),
      test,
    });
  }
  const pki = await openTestPki({ directory: testPkiDirectory(settings), clock, random });
  return createCertificateIssuer({
    clock,
    seal: createKeySeal(pki.seal),
    timeStampAuthority: createTestTimeStampAuthority({
      keys: pki.timeStampAuthority,
      clock,
      random,
    }),
    validation: createValidationSource({
      clock,
      source: createTestStatus({ pki, clock }),
      anchors: pki.root + pki.issuingAuthority.chain,
    }),
    test,
  });
}

/** Where the test seal is kept; `root.crt.pem` there is what a verifier has to trust. */
function testPkiDirectory(settings: Settings): string {
  return join(settings.dataDirectory, "test-pki");
}

/**
 * The certificates that a seal is trusted by, as PEM text: those of the settings, else the root of the
 * test authority, when there is one.
 */
export async function trustedAnchors(settings: Settings): Promise<string | undefined> {
  const path = settings.seal?.anchorsPath ?? join(testPkiDirectory(settings), "root.crt.pem");
  return readFile(path, "utf8").catch(() => undefined);
}

/** The seal: two PEM files, one PKCS#12 file that has both, or a key in a module and its chain. */
async function openSeal({
  keyPath,
  keyPassword = "",
  chainPath,
}: NonNullable<Settings["seal"]>): Promise<Seal> {
  if (keyPath.startsWith("pkcs11:")) {
    return createPkcs11Seal({
      location: parsePkcs11Uri(keyPath),
      pin: keyPassword,
      chain: await readFile(chainPath, "utf8"),
    });
  }
  if (/\.(?:p12|pfx)$/i.test(keyPath)) {
    return createKeySeal(await readPkcs12(await readFile(keyPath), keyPassword));
  }
  return createKeySeal({
    key: await readFile(keyPath, "utf8"),
    chain: await readFile(chainPath, "utf8"),
  });
}
