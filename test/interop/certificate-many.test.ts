import fc from "fast-check";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { verifyPdf } from "../../src/certificate/verify.ts";
import type { CertificateFacts } from "../../src/domain/certificate.ts";
import { LANGUAGES } from "../../src/domain/words.ts";
import { certificateFacts } from "../support/certificate-facts.ts";
import { testIssuer, testPki } from "../support/certificate-issuer.ts";
import { foreignVerifiers, type ForeignVerifiers } from "../support/foreign-verifiers.ts";
import { lintPdf } from "../support/pdf-lint.ts";
import { peer } from "../support/peers.ts";

const REASONS = [
  "expired",
  "deleted",
  "undeliverable",
  "rejected",
  "noReceipt",
  "refused",
  "acceptanceNotConfirmed",
  "notRelayed",
] as const;

/** About fifty that cover every kind, language, reason and length. */
function fixed(): CertificateFacts[] {
  const kinds = LANGUAGES.flatMap((language) => [
    ...(["positive", "corrective"] as const).map((kind) => certificateFacts({ kind, language })),
    ...REASONS.map((reason) => certificateFacts({ kind: "negative", language, reason })),
  ]);
  const lengths = [2, 3, 5, 7, 9, 10].map((segments) =>
    certificateFacts({ segments, text: "l’àvia i el col·legi ".repeat(segments * 7) }),
  );
  return [...kinds, ...lengths];
}

const anyText = fc.string({ unit: "binary", minLength: 1, maxLength: 300 });
const fuzzed = fc.record({
  text: fc.oneof(anyText, fc.string({ unit: "grapheme", minLength: 1, maxLength: 300 })),
  name: anyText,
  clientReference: anyText,
  entityName: fc.string({ unit: "grapheme", minLength: 1, maxLength: 120 }),
  segments: fc.integer({ min: 1, max: 10 }),
  language: fc.constantFrom(...LANGUAGES),
});

function fuzz(count: number): CertificateFacts[] {
  return fc
    .sample(fuzzed, { numRuns: count, seed: 20_260_312 })
    .map(({ name, clientReference, ...options }) => {
      const facts = certificateFacts(options);
      const recipient = { ...facts.message.recipient, name };
      return { ...facts, message: { ...facts.message, recipient, clientReference } };
    });
}

const JARS = [
  ...["preflight", "xmpbox", "pdfbox2", "fontbox2", "commons-logging", "commons-io"],
  ...["jaxb-api", "javax.activation"],
].map((name) => `/usr/share/java/${name}.jar`);

/** Where PDF/A-3 allows what PDF/A-1, which Preflight knows, forbids. */
const ALLOWED = new Map([
  ["1.2.9", "an embedded file"],
  ["1.4", "a cross-reference stream"],
  ["1.4.7", "embedded files in the names"],
  ["2.1.6", "a colour profile of version 4"],
  ["3.1.11", "no CIDSet"],
  ["5.3.1", "an invisible field without appearance"],
  ["7.11.2", "part 3 instead of 1"],
]);

peer(
  "pdfsig",
  "certutil",
  "qpdf",
  "openssl",
)("many certificates", () => {
  let foreign: ForeignVerifiers;
  const files: string[] = [];

  beforeAll(async () => {
    const { rootFile, issuingAuthority } = await testPki();
    foreign = foreignVerifiers({ rootFile, intermediates: issuingAuthority.chain });
    const issuer = await testIssuer();
    for (const [index, facts] of [...fixed(), ...fuzz(200)].entries()) {
      const file = join(foreign.directory, `${index}.pdf`);
      writeFileSync(file, (await issuer.issue(facts)).pdf);
      files.push(file);
    }
  }, 180_000);

  test("our own verification and the lint find no fault", async () => {
    const { root } = await testPki();
    expect(files.length).toBeGreaterThanOrEqual(240);
    for (const file of files) {
      const pdf = readFileSync(file);
      const { findings } = verifyPdf(pdf, { trusted: root });
      const bad = findings.filter(({ ok }) => !ok);
      expect({ file, bad, faults: await lintPdf(pdf) }).toEqual({ file, bad: [], faults: [] });
    }
  }, 180_000);

  test("qpdf, pdfsig and openssl find no fault", () => {
    for (const file of files) {
      expect(foreign.run("qpdf", "--check", file)).toContain("No syntax or stream encoding errors");
      const report = foreign.pdfsig(file);
      expect(report).toContain("Signature is Valid");
      expect(report).toContain("Certificate is Trusted");
      expect(() => foreign.openssl(file)).not.toThrow();
    }
  }, 300_000);

  peer(
    "java",
    "javac",
    ...JARS,
  )("Apache Preflight", () => {
    test("finds only what PDF/A-3 allows and PDF/A-1 does not", () => {
      const program = fileURLToPath(new URL("../support/Preflight.java", import.meta.url));
      const lines = foreign.run("java", "-cp", JARS.join(":"), program, ...files).split("\n");
      const others = lines.filter((line) => line !== "" && !ALLOWED.has(line.split("\t")[1] ?? ""));
      expect(others).toEqual([]);
      expect(lines.length).toBeGreaterThan(files.length);
    }, 180_000);
  });
});
