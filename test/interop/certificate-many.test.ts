import fc from "fast-check";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { prepareLogo } from "../../src/certificate/logo/prepare-logo.ts";
import { checkSeal } from "../../src/certificate/seal/check-seal.ts";
import { verifyPdf } from "../../src/certificate/verify.ts";
import type { CertificateFacts } from "../../src/domain/certificate.ts";
import { LANGUAGES } from "../../src/domain/words.ts";
import { certificateFacts } from "../support/certificate-facts.ts";
import { testIssuer, testPki } from "../support/certificate-issuer.ts";
import { foreignVerifiers, type ForeignVerifiers } from "../support/foreign-verifiers.ts";
import { lintPdf } from "../support/pdf-lint.ts";
import { peer } from "../support/peers.ts";
import { shield } from "../support/png.ts";

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
  const others = [
    certificateFacts({ conflict: true }),
    certificateFacts({ conflict: true, kind: "negative", reason: "contradicted" }),
    certificateFacts({ logo: prepareLogo(shield(), "Escut de Vilanova de la Serra") }),
  ];
  return [...kinds, ...lengths, ...others];
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

/** Every page of every certificate, and more turned bits: takes a little longer. */
const LONG = process.env["CERTIFICATES_LONG"] === "1";

const JARS = [
  ...["preflight", "xmpbox", "pdfbox2", "fontbox2", "commons-logging", "commons-io"],
  ...["jaxb-api", "javax.activation"],
].map((name) => `/usr/share/java/${name}.jar`);

function said(verifier: () => string): string {
  try {
    return verifier();
  } catch {
    return "refused";
  }
}

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
  "pdftotext",
  "pdfdetach",
  "pdftoppm",
  "zbarimg",
)("many certificates", () => {
  let foreign: ForeignVerifiers;
  const files: string[] = [];
  const told: CertificateFacts[] = [];

  beforeAll(async () => {
    const { rootFile, issuingAuthority } = await testPki();
    foreign = foreignVerifiers({ rootFile, intermediates: issuingAuthority.chain });
    const issuer = await testIssuer();
    for (const [index, facts] of [...fixed(), ...fuzz(200)].entries()) {
      const file = join(foreign.directory, `${index}.pdf`);
      writeFileSync(file, (await issuer.issue(facts)).pdf);
      files.push(file);
      told.push(facts);
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

  test("pdftotext finds what identifies each, and the printed hash is that of its evidence", () => {
    for (const [index, file] of files.entries()) {
      const facts = told[index];
      if (!facts) throw new Error(`no facts of ${file}`);
      const printed = foreign.run("pdftotext", "-raw", file, "-");
      const json = join(foreign.directory, "evidencia.json");
      foreign.run("pdfdetach", "-save", "1", "-o", json, file);
      const evidence = readFileSync(json);
      for (const field of [
        ...[facts.csv, facts.verificationUrl, facts.message.messageId, facts.message.textSha256],
        ...[facts.message.recipient.msisdn, facts.entity.nif, facts.issuer.nif],
        facts.evidence.at(-1)?.sha256 ?? "",
        createHash("sha256").update(evidence).digest("hex"),
        ...facts.segments.flatMap((segment) => segment.payloadSha256 ?? []),
        ...facts.segments.flatMap((segment) => segment.smscMessageId ?? []),
      ]) {
        expect({ file, found: printed.includes(field), field }).toMatchObject({ found: true });
      }
      expect(JSON.parse(evidence.toString())).toMatchObject({
        certificate: { csv: facts.csv },
        message: { text: facts.message.text.toWellFormed() },
      });
    }
  }, 180_000);

  test("zbarimg reads the address from every rendered page", () => {
    for (const [index, file] of files.entries()) {
      if (!LONG && index % 3 !== 0) continue;
      const page = join(foreign.directory, `page-${index}`);
      foreign.run("pdftoppm", "-gray", "-r", "110", "-y", "1080", "-H", "220", file, page);
      const pages = readdirSync(foreign.directory).filter((name) =>
        name.startsWith(`page-${index}-`),
      );
      const found = foreign
        .run("zbarimg", "-q", "--raw", ...pages)
        .trim()
        .split("\n");
      expect(found).toEqual(pages.map(() => told[index]?.verificationUrl));
    }
  }, 400_000);

  test("one bit turned anywhere in what is sealed: every verifier says so", async () => {
    const { root } = await testPki();
    const [file = ""] = files;
    const pdf = readFileSync(file);
    const text = pdf.toString("latin1");
    const hole = text.indexOf("/Contents<") + "/Contents<".length;
    const closed = text.indexOf(">", hole);
    const { end } = checkSeal(pdf);
    const places = fc.sample(fc.nat(end - 1), { numRuns: LONG ? 300 : 30, seed: 7 });
    for (const at of places.filter((place) => place < hole - 1 || place > closed)) {
      const changed = Buffer.from(pdf);
      changed[at] = (pdf[at] ?? 0) ^ 1;
      const other = join(foreign.directory, "changed.pdf");
      writeFileSync(other, changed);
      const seen = {
        ours: !verifyPdf(changed, { trusted: root }).valid,
        pdfsig: !said(() => foreign.pdfsig(other)).includes("Signature is Valid"),
        openssl: said(() => {
          foreign.opensslCms(other);
          return "verified";
        }),
      };
      expect({ at, ...seen }).toEqual({ at, ours: true, pdfsig: true, openssl: "refused" });
    }
  }, 400_000);

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
