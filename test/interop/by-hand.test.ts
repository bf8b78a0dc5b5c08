import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { certificateFacts } from "../support/certificate-facts.ts";
import { testIssuer, testPki } from "../support/certificate-issuer.ts";
import { peer } from "../support/peers.ts";

/** The commands of the page for experts, as they stand there, in one shell. */
const PAGE = join(import.meta.dirname, "../../src/certificate/BY-HAND.md");
const BLOCKS = [...readFileSync(PAGE, "utf8").matchAll(/```sh\n(.*?)```/gs)];
const SCRIPT = ["set -euo pipefail", ...BLOCKS.map(([, block = ""]) => block)].join("\n");
const FIXTURES = join(import.meta.dirname, "../fixtures/certificates");

/** Runs it on a file in an empty folder. */
function byHand(pdf: Buffer, root: string): { code: number | null; out: string; said: string } {
  const cwd = mkdtempSync(join(tmpdir(), "by-hand-"));
  writeFileSync(join(cwd, "certificat.pdf"), pdf);
  copyFileSync(root, join(cwd, "root.pem"));
  const { status, stdout, stderr } = spawnSync("bash", ["-c", SCRIPT], {
    cwd,
    encoding: "utf8",
    input: "",
  });
  return { code: status, out: stdout, said: stderr };
}

peer(
  "qpdf",
  "certutil",
  "pdfsig",
  "pdftoppm",
  "pdfdetach",
  "openssl",
  "jq",
)("a certificate, checked by hand", () => {
  const pdf = readFileSync(join(FIXTURES, "positive-ca.pdf"));
  const root = join(FIXTURES, "root.crt.pem");

  test.each([
    "positive-ca",
    "negative-en",
    "corrective-es",
    "two-segments-ca",
    "logo-ca",
    "scripts-ca",
  ])("every step of %s ends well", (name) => {
    const { code, out, said } = byHand(readFileSync(join(FIXTURES, `${name}.pdf`)), root);
    expect({ code, said: code === 0 ? "" : said }).toEqual({ code: 0, said: "" });
    expect(out).toContain("Signature is Valid");
    expect(out.match(/Cert Status: good/g)).toHaveLength(2);
    expect(out).toContain("No Revoked Certificates");
    expect(out).toMatch(/\tContentHandover(Failure)?$|\tLateDelivery$/m);
  });

  test("another root, another byte, and evidence that is not whole are found out", async () => {
    const { rootFile } = await testPki();
    expect(byHand(pdf, rootFile).code).not.toBe(0);
    const changed = Buffer.from(pdf);
    changed[20_000] = (changed[20_000] ?? 0) ^ 1;
    expect(byHand(changed, root).code).not.toBe(0);
    const facts = certificateFacts();
    const receipts = facts.receipts.map((one) => ({ ...one, raw: Buffer.from("id:9") }));
    const spoilt = await (await testIssuer()).issue({ ...facts, receipts });
    const { code, out } = byHand(spoilt.pdf, rootFile);
    expect(code).not.toBe(0);
    expect(out).toContain("Signature is Valid");
  });
});
