import { spawnSync } from "node:child_process";
import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createCertificateIssuer } from "../../src/certificate/issuer.ts";
import { createKeySeal } from "../../src/certificate/seal/key-file-seal.ts";
import { openTestPki, type TestPki } from "../../src/certificate/test-pki/test-pki.ts";
import { createTestStatus } from "../../src/certificate/test-pki/test-status.ts";
import { createTestTimeStampAuthority } from "../../src/certificate/test-pki/test-time-stamp-authority.ts";
import type { TimeStampAuthority } from "../../src/certificate/time-stamp/authority.ts";
import { createHttpTimeStampAuthority } from "../../src/certificate/time-stamp/http-authority.ts";
import { createValidationSource } from "../../src/certificate/validation/validation-data.ts";
import type { CertificateFacts } from "../../src/domain/certificate.ts";
import { newCsv, uuidv7, type MessageId } from "../../src/domain/ids.ts";
import type { CertificateIssuer } from "../../src/lifecycle/ports.ts";
import { systemClock as clock, systemRandom as random } from "../../src/system.ts";
import { certificateFacts } from "../support/certificate-facts.ts";
import { startChild } from "../support/child.ts";
import { collectGarbage } from "../support/collect-garbage.ts";

const WINDOW = 32;
const LATIN = 5_000;
const WARM = 1_000;
const RSA = 250;
const MIXED = 10_000;
/** Certificates a second on a core that signs so often with P-256; a busier or slower core scales both. */
const LEAST_PER_CORE = 350;
const REFERENCE_SIGNATURES = 51_274;
const LARGEST = 80 * 1024;
const MOST_GROWTH = 32 * 1024 * 1024;

const figures: Record<string, number> = {};
const bars: { name: string; value: number; limit: number; ok: boolean }[] = [];

/** Facts that differ in everything that differs between two messages. */
function freshFacts(number: number, text?: string): CertificateFacts {
  const messageId = uuidv7(clock.now(), random) as MessageId;
  const csv = newCsv(clock.now(), random);
  return {
    ...certificateFacts({
      text: text ?? `Expedient ${number}: teniu una notificació a la seu electrònica, l’àvia ñ €.`,
      message: { messageId, clientReference: `REF-${number}` },
    }),
    csv,
    verificationUrl: `https://sms.example.cat/verifica/${csv}`,
  };
}

interface Rate {
  readonly perCpuSecond: number;
  readonly perSecond: number;
  readonly bytes: number;
  readonly issued: number;
}

async function measure(
  issuer: CertificateIssuer,
  count: number,
  facts: (number: number) => CertificateFacts,
): Promise<Rate> {
  const all = Array.from({ length: count }, (_, number) => facts(number));
  let next = 0;
  let bytes = 0;
  let issued = 0;
  const worker = async (): Promise<void> => {
    for (let one = all[next++]; one; one = all[next++]) {
      bytes = Math.max(bytes, (await issuer.issue(one)).pdf.length);
      issued += 1;
    }
  };
  const cpu = process.cpuUsage();
  const start = performance.now();
  await Promise.all(Array.from({ length: WINDOW }, worker));
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return {
    perCpuSecond: (count * 1e6) / (user + system),
    perSecond: count / seconds,
    bytes,
    issued,
  };
}

function issuerOf(
  pki: TestPki,
  timeStampAuthority: TimeStampAuthority,
): Promise<CertificateIssuer> {
  return createCertificateIssuer({
    clock,
    seal: createKeySeal(pki.seal),
    timeStampAuthority,
    validation: createValidationSource({
      clock,
      source: createTestStatus({ pki, clock }),
      anchors: pki.root + pki.issuingAuthority.chain,
    }),
    test: true,
  });
}

/** What is reachable, inside and outside the heap. Buffers outside it go a turn after their handles. */
async function memory(): Promise<number> {
  for (let pass = 0; pass < 3; pass += 1) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Signatures a CPU second: the limit that no certificate can pass. */
function signaturesPerSecond(key: KeyObject, count: number): number {
  const data = Buffer.alloc(256, 1);
  const cpu = process.cpuUsage();
  for (let number = 0; number < count; number += 1) sign("sha256", data, key);
  const { user, system } = process.cpuUsage(cpu);
  return (count * 1e6) / (user + system);
}

/** What `openssl speed` says of the same kind of key; undefined where there is no openssl. */
function opensslSpeed(algorithm: string): number | undefined {
  const { stdout } = spawnSync("openssl", ["speed", "-mr", "-seconds", "1", algorithm], {
    encoding: "utf8",
  });
  // +F2 and +F4: of RSA and of ECDSA; signatures a second stand behind the size of the key.
  const perSecond = /^\+F[24]:\d+:\d+:([\d.]+):/m.exec(stdout)?.[1];
  return perSecond === undefined ? undefined : Number(perSecond);
}

function bar(name: string, value: number, limit: number, ok: boolean): void {
  bars.push({ name, value, limit, ok });
}

/** Characters of every script that is written on phones, and of some that are not. */
const RANGES: readonly (readonly [number, number])[] = [
  [0x20, 0x7e],
  [0xa0, 0x24f],
  [0x370, 0x3ff],
  [0x400, 0x4ff],
  [0x5d0, 0x5ea],
  [0x620, 0x64a],
  [0x904, 0x939],
  [0xb85, 0xbb9],
  [0x2000, 0x206f],
  [0x2600, 0x27bf],
  [0x3041, 0x30ff],
  [0x4e00, 0x9fa5],
  [0xac00, 0xd7a3],
  [0x1f300, 0x1f64f],
  [0x1f900, 0x1f9ff],
];

function mixedText(): string {
  const bytes = random.bytes(80);
  return Array.from({ length: 40 }, (_, index) => {
    const [from, to] = RANGES[(bytes[index] ?? 0) % (1 + (index % RANGES.length))] ?? [65, 90];
    return String.fromCodePoint(from + (((bytes[40 + index] ?? 0) * 97) % (to - from + 1)));
  }).join("");
}

const directory = join(mkdtempSync(join(tmpdir(), "bench-")), "pki");
const pki = await openTestPki({ directory, clock, random });
const server = startChild(process.execPath, [
  "--import",
  fileURLToPath(new URL("../support/typescript.js", import.meta.url)),
  fileURLToPath(new URL("../support/time-stamp-server.ts", import.meta.url)),
  directory,
]);
const port = Number((await server.line(/^port (\d+)/))[1]);
const overHttp = createHttpTimeStampAuthority({ urls: [`http://127.0.0.1:${port}/`], random });

const issuer = await issuerOf(pki, overHttp);
await measure(issuer, WARM, freshFacts);
const before = await memory();
const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const signaturesBefore = signaturesPerSecond(p256, 5_000);
const latin = await measure(issuer, LATIN, freshFacts);
const growth = (await memory()) - before;
figures["growth_bytes"] = growth;
const signatures = (signaturesBefore + signaturesPerSecond(p256, 5_000)) / 2;
const scaled = (latin.perCpuSecond * REFERENCE_SIGNATURES) / signatures;
figures["p256_per_core"] = Math.round(latin.perCpuSecond);
figures["p256_per_second"] = Math.round(latin.perSecond);
figures["p256_signatures_per_core"] = Math.round(signatures);
figures["p256_per_reference_core"] = Math.round(scaled);
figures["bytes"] = latin.bytes;
bar("p256_per_reference_core", Math.round(scaled), LEAST_PER_CORE, scaled >= LEAST_PER_CORE);
bar("bytes", latin.bytes, LARGEST, latin.bytes <= LARGEST);
bar("memory_growth_bytes", growth, MOST_GROWTH, growth <= MOST_GROWTH);
console.log(
  `P-256, PAdES B-LT, time-stamp over HTTP: ${figures["p256_per_core"]} certificates a CPU second, ` +
    `${figures["p256_per_reference_core"]} scaled to a core that makes ${REFERENCE_SIGNATURES} ` +
    `signatures (at least ${LEAST_PER_CORE}), ${figures["p256_per_second"]} a second with the authority beside ` +
    `it, ${latin.bytes} bytes; the key alone signs ${figures["p256_signatures_per_core"]} times; ` +
    `memory after ${LATIN} certificates: ${Math.round(growth / 1024)} KiB more`,
);

const rsaPki = await openTestPki({
  directory: `${directory}-rsa`,
  clock,
  random,
  sealKeyKind: "RSA-3072",
});
const rsaIssuer = await issuerOf(
  rsaPki,
  createTestTimeStampAuthority({ keys: rsaPki.timeStampAuthority, clock, random }),
);
await measure(rsaIssuer, 50, freshFacts);
const rsa = await measure(rsaIssuer, RSA, freshFacts);
const rsaKey = generateKeyPairSync("rsa", { modulusLength: 3072 }).privateKey;
figures["rsa3072_per_core"] = Math.round(rsa.perCpuSecond);
figures["rsa3072_signatures_per_core"] = Math.round(signaturesPerSecond(rsaKey, 300));
console.log(
  `RSA-3072, authority in the process: ${figures["rsa3072_per_core"]} certificates a CPU second; ` +
    `the key alone signs ${figures["rsa3072_signatures_per_core"]} times`,
);
for (const [kind, algorithm] of [
  ["rsa3072", "rsa3072"],
  ["p256", "ecdsap256"],
] as const) {
  const perSecond = opensslSpeed(algorithm);
  if (perSecond === undefined) continue;
  figures[`${kind}_openssl_speed`] = Math.round(perSecond);
  console.log(`openssl speed ${algorithm}: ${Math.round(perSecond)} signatures a second`);
}

const inProcess = createTestTimeStampAuthority({ keys: pki.timeStampAuthority, clock, random });
const naive = await (async (): Promise<number> => {
  const cpu = process.cpuUsage();
  for (let number = 0; number < 5; number += 1) {
    await (await issuerOf(pki, inProcess)).issue(freshFacts(number));
  }
  const { user, system } = process.cpuUsage(cpu);
  return 5e6 / (user + system);
})();
figures["naive_per_core"] = Math.round(naive * 10) / 10;
console.log(`naive chain, fonts and form made for each: ${figures["naive_per_core"]} a CPU second`);

const mixedIssuer = await issuerOf(pki, inProcess);
const mixed = await measure(mixedIssuer, MIXED, (number) => freshFacts(number, mixedText()));
figures["mixed_per_core"] = Math.round(mixed.perCpuSecond);
figures["mixed_bytes"] = mixed.bytes;
bar("mixed_without_exception", mixed.issued, MIXED, mixed.issued === MIXED);
console.log(
  `${MIXED} messages of mixed scripts: ${figures["mixed_per_core"]} a CPU second, up to ` +
    `${mixed.bytes} bytes, no exception`,
);
await server.stop();

console.log(JSON.stringify({ bench: "certificates", figures, bars }));
process.exit(bars.every(({ ok }) => ok) ? 0 : 1);
