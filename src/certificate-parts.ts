import { X509Certificate } from "node:crypto";
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
import type { TimeStampAuthority } from "./certificate/time-stamp/authority.ts";
import { createHttpTimeStampAuthority } from "./certificate/time-stamp/http-authority.ts";
import { isOfOrganisation } from "./x509/organisation.ts";
import { isSound, mayBeUsedFor } from "./x509/trusted-path.ts";
import { createHttpStatus } from "./certificate/validation/http-status.ts";
import type { StatusSource } from "./certificate/validation/validation-data.ts";
import { createValidationSource } from "./certificate/validation/validation-data.ts";
import type { Clock, RandomSource } from "./domain/clock.ts";
import type { CertificateIssuer } from "./lifecycle/ports.ts";
import { SettingsError, type Settings } from "./settings.ts";

interface Parts {
  readonly clock: Clock;
  readonly random: RandomSource;
  /** Learns how each use of the seal and of the authorities went. */
  readonly watch?: PartWatch | undefined;
}

interface PartWatch {
  part(part: "seal" | "time_stamp" | "status", well: boolean): void;
  sealExpires(at: Date): void;
}

/**
 * The maker of certificates: with the seal and the time-stamp authorities of the settings, else with a
 * test authority that is made once and kept in the data directory.
 */
export async function createIssuer(
  settings: Settings,
  { clock, random, watch }: Parts,
): Promise<CertificateIssuer> {
  const found = settings.seal
    ? await settledParts(settings.seal, random)
    : await testParts(testPkiDirectory(settings), { clock, random });
  refuseUnfit(found.seal, settings);
  const { seal, timeStampAuthority, source, anchors } = watch ? watched(found, watch) : found;
  return createCertificateIssuer({
    clock,
    seal,
    timeStampAuthority,
    validation: createValidationSource({ clock, source, anchors }),
    test: !settings.production,
  });
}

/** Certificates with a seal of another use or of another organisation would convince nobody. */
function refuseUnfit({ chain: [der] }: Seal, { issuer }: Settings): void {
  if (!der) return;
  const signer = new X509Certificate(der);
  const faults = [
    mayBeUsedFor(signer, "seal") && isSound(signer)
      ? ""
      : "SEAL_CHAIN_PATH: its first certificate is not one to seal documents with",
    isOfOrganisation(signer, issuer.nif)
      ? ""
      : `SEAL_CHAIN_PATH: its first certificate is not of the organisation of ISSUER_NIF, ${issuer.nif}`,
  ].filter((fault) => fault !== "");
  if (faults.length > 0) throw new SettingsError(faults);
}

/** What a certificate needs from outside. */
interface OutsideParts {
  readonly seal: Seal;
  readonly timeStampAuthority: TimeStampAuthority;
  readonly source: StatusSource;
  /** PEM. */
  readonly anchors: string;
}

async function settledParts(
  seal: NonNullable<Settings["seal"]>,
  random: RandomSource,
): Promise<OutsideParts> {
  return {
    seal: await openSeal(seal),
    timeStampAuthority: createHttpTimeStampAuthority({ urls: seal.tsaUrls, random }),
    source: createHttpStatus(),
    anchors: await readFile(seal.anchorsPath, "utf8"),
  };
}

async function testParts(
  directory: string,
  { clock, random }: Pick<Parts, "clock" | "random">,
): Promise<OutsideParts> {
  const pki = await openTestPki({ directory, clock, random });
  const keys = pki.timeStampAuthority;
  return {
    seal: createKeySeal(pki.seal),
    timeStampAuthority: createTestTimeStampAuthority({ keys, clock, random }),
    source: createTestStatus({ pki, clock }),
    anchors: pki.root + pki.issuingAuthority.chain,
  };
}

function watched(parts: OutsideParts, watch: PartWatch): OutsideParts {
  const seen = async <T>(part: Parameters<PartWatch["part"]>[0], use: Promise<T>): Promise<T> => {
    try {
      const result = await use;
      watch.part(part, true);
      return result;
    } catch (error) {
      watch.part(part, false);
      throw error;
    }
  };
  const { seal, timeStampAuthority, source } = parts;
  const [signer] = seal.chain;
  if (signer) watch.sealExpires(new Date(new X509Certificate(signer).validTo));
  return {
    ...parts,
    seal: { ...seal, sign: (attributes) => seen("seal", seal.sign(attributes)) },
    timeStampAuthority: {
      ...timeStampAuthority,
      stamp: (sha256) => seen("time_stamp", timeStampAuthority.stamp(sha256)),
    },
    source: { status: (one, issuer) => seen("status", source.status(one, issuer)) },
  };
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
