import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkSeal } from "../../src/certificate/seal/check-seal.ts";
import { verifyPdf } from "../../src/certificate/verify.ts";
import { nextEvidence, type Evidence } from "../../src/domain/evidence.ts";
import type { MessageId } from "../../src/domain/ids.ts";
import { parseMsisdn } from "../../src/domain/msisdn.ts";
import { certificateFacts } from "../support/certificate-facts.ts";
import { testIssuer, testPki } from "../support/certificate-issuer.ts";
import { nodeWords } from "../support/program.ts";

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/certificates/${name}`, import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "verify-pdf-"));

/** `sms-certificat verify-pdf`, as a person runs it. */
function verify(file: string, ...more: string[]): { code: number | null; out: string } {
  const trust = ["--trust", fixture("root.crt.pem")];
  const [command, ...words] = nodeWords("src/main.ts", "verify-pdf", file, ...trust, ...more);
  const { status, stdout } = spawnSync(command, words, { encoding: "utf8" });
  return { code: status, out: stdout };
}

test("a good certificate: what it states, who sealed it, and each finding", () => {
  const { code, out } = verify(fixture("corrective-ca.pdf"));
  expect(code).toBe(0);
  expect(out).toMatch(/^SHA-256 [0-9a-f]{64}$/m);
  expect(out).toMatch(/^certificate +corrective, CSV 7Q2M-4K8T-ZB31-9XWC-H5RD-0NVE$/m);
  expect(out).toMatch(/^recipient +\+34600123456$/m);
  expect(out).toMatch(/^evidence +7 records, 1 operator reports$/m);
  expect(out).toMatch(/^sealed by .*Segell de prova/m);
  expect(out.match(/^ok /gm)).toHaveLength(11);
  expect(out).toContain("The certificate is valid.");
});

test("a changed one, explained in Catalan", () => {
  const pdf = readFileSync(fixture("positive-ca.pdf"));
  pdf[20_000] = (pdf[20_000] ?? 0) ^ 1;
  writeFileSync(join(directory, "changed.pdf"), pdf);
  const { code, out } = verify(join(directory, "changed.pdf"), "--language", "ca");
  expect(code).toBe(1);
  expect(out).toContain("FAILS El document ha canviat després de segellar-lo.");
  expect(out).toContain("El certificat NO és vàlid.");
});

test("no verdict on what is no certificate: exit code 2, and why", () => {
  writeFileSync(join(directory, "note.txt"), "a note");
  for (const file of [join(directory, "missing.pdf"), join(directory, "note.txt")]) {
    const { code, out } = verify(file);
    expect(code).toBe(2);
    expect(out).toBe("");
  }
});

test("what a file says of itself commands no terminal", async () => {
  const facts = certificateFacts({ entityName: "A\nok    Everything.\u001b[8m" });
  writeFileSync(join(directory, "hostile.pdf"), (await (await testIssuer()).issue(facts)).pdf);
  const { out } = verify(join(directory, "hostile.pdf"), "--language", "ca");
  expect(out).toContain("remitent     A\\u000aok    Everything.\\u001b[8m (P0800000A)");
  expect(out).toMatch(/^desenllaç +lliurat 2026-/m);
});

/** The records as a chain of their own. */
function rechained(records: readonly Evidence[]): Evidence[] {
  return records.reduce<Evidence[]>(
    (chain, { messageId, at, body }) => [...chain, nextEvidence(messageId, chain.at(-1), at, body)],
    [],
  );
}

test("a certificate whose evidence is not whole, or tells something else than it states, is not valid", async () => {
  const { root } = await testPki();
  const facts = certificateFacts();
  const negative = certificateFacts({ kind: "negative" });
  const issuer = await testIssuer();
  const spoilt = [
    { ...facts, message: { ...facts.message, text: "Un altre text" } },
    { ...facts, evidence: facts.evidence.slice(1) },
    { ...facts, receipts: facts.receipts.map((one) => ({ ...one, raw: Buffer.from("id:9") })) },
    { ...facts, receipts: [] },
    { ...facts, evidence: negative.evidence, receipts: negative.receipts },
    { ...negative, evidence: facts.evidence, receipts: facts.receipts },
    { ...facts, evidence: facts.evidence.slice(0, -1) },
    { ...facts, kind: "corrective" as const },
    { ...facts, outcome: { ...facts.outcome, at: new Date(0) } },
    { ...facts, message: { ...facts.message, acceptedAt: new Date(0) } },
    {
      ...facts,
      receipts: [],
      evidence: rechained(facts.evidence.filter(({ body }) => body.event !== "DeliveryReceipt")),
    },
    { ...facts, message: { ...facts.message, messageId: "another" as MessageId } },
    {
      ...facts,
      message: { ...facts.message, recipient: { msisdn: parseMsisdn("+34699999999") } },
    },
  ];
  for (const one of spoilt) {
    const { valid, findings } = verifyPdf((await issuer.issue(one)).pdf, { trusted: root });
    expect(valid).toBe(false);
    expect(findings.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(["evidence"]);
  }
});

test("what people call themselves is never taken for a seal", async () => {
  const { root } = await testPki();
  const issuer = await testIssuer();
  const names = [
    "/ByteRange",
    "/ByteRange [0 1 2 3]/Contents",
    "/ByteRange[0 9 99 9]/Contents<41>",
  ];
  for (const name of names) {
    const recipient = { msisdn: parseMsisdn("+34600123456"), name, legalId: name };
    const facts = certificateFacts({ entityName: name, text: name, message: { recipient } });
    const { valid } = verifyPdf((await issuer.issue(facts)).pdf, { trusted: root });
    expect(valid).toBe(true);
  }
});

test("validation data that list one thing over and over are none of ours, and are soon put away", () => {
  const pdf = readFileSync(fixture("positive-ca.pdf"));
  const text = pdf.toString("latin1");
  const [, object = ""] = /\/CRLs\[(\d+) 0 R/.exec(text) ?? [];
  const often = `/Certs[${`${object} 0 R `.repeat(40_000)}]/OCSPs`;
  const hostile = text
    .replace(/\/Certs\[[^\]]+\]\/OCSPs/, often)
    .replace(`\n${object} 0 obj\n`, (head) => " ".repeat(2_000_000) + head);
  expect(hostile.length).toBeGreaterThan(text.length + 200_000);
  const trusted = readFileSync(fixture("root.crt.pem"), "utf8");
  const { findings } = verifyPdf(Buffer.from(hostile, "latin1"), { trusted });
  expect(findings.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(["whole", "status"]);
});

test("validation data that claim the same bytes over and over cost no memory", () => {
  const pdf = readFileSync(fixture("positive-ca.pdf"));
  const { end } = checkSeal(pdf);
  const numbers = Array.from({ length: 60 }, (_, index) => 1_000 + index);
  const listed = numbers.map((number) => `${number} 0 R`).join(" ");
  const streams = numbers.map((number) => `\n${number} 0 obj\n<</Length 16000000>>\nstream\n`);
  const store = `\n999 0 obj\n<</Type/DSS/CRLs[${listed}]>>\nendobj\n`;
  const tail = Buffer.from(store + streams.join("") + "a".repeat(16_000_000));
  const hostile = Buffer.concat([pdf.subarray(0, end), tail]);
  const trusted = readFileSync(fixture("root.crt.pem"), "utf8");
  const before = process.resourceUsage().maxRSS;
  const { findings } = verifyPdf(hostile, { trusted });
  expect(findings.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(["whole", "status"]);
  expect(process.resourceUsage().maxRSS - before).toBeLessThan(300_000);
});
