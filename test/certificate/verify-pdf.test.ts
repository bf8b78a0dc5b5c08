import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { verifyPdf } from "../../src/certificate/verify.ts";
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
  expect(out.match(/^ok /gm)).toHaveLength(10);
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

test("a certificate whose evidence does not hash to what it says is not valid, although it is sealed", async () => {
  const { root } = await testPki();
  const facts = certificateFacts();
  const issuer = await testIssuer();
  const spoilt = [
    { ...facts, message: { ...facts.message, text: "Un altre text" } },
    { ...facts, evidence: facts.evidence.slice(1) },
    { ...facts, receipts: facts.receipts.map((one) => ({ ...one, raw: Buffer.from("id:9") })) },
    { ...facts, receipts: [] },
  ];
  for (const one of spoilt) {
    const { valid, findings } = verifyPdf((await issuer.issue(one)).pdf, { trusted: root });
    expect(valid).toBe(false);
    expect(findings.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(["evidence"]);
  }
});
