import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkSeal } from "../../src/certificate/seal/check-seal.ts";
import { OID } from "../../src/certificate/seal/oids.ts";
import type { CertificateFacts } from "../../src/domain/certificate.ts";
import { certificateFacts } from "../support/certificate-facts.ts";
import { testIssuer, testPki } from "../support/certificate-issuer.ts";
import { peer } from "../support/peers.ts";

const peers = peer("pdfsig", "certutil", "qpdf", "pdftotext", "pdftoppm", "zbarimg", "openssl");
const directory = mkdtempSync(join(tmpdir(), "verifiers-"));

function run(program: string, ...parameters: string[]): string {
  return execFileSync(program, parameters, { cwd: directory, encoding: "utf8" });
}

async function issue(facts: CertificateFacts): Promise<string> {
  const { pdf } = await (await testIssuer()).issue(facts);
  const file = join(directory, `${facts.kind}-${facts.message.language}.pdf`);
  writeFileSync(file, pdf);
  return file;
}

/** A database of NSS that trusts the test root only. */
async function trustRoot(): Promise<string> {
  const { rootFile } = await testPki();
  const database = `sql:${directory}`;
  run("certutil", "-N", "-d", database, "--empty-password");
  run("certutil", "-A", "-d", database, "-n", "root", "-t", "CT,CT,CT", "-i", rootFile);
  return database;
}

peers("verifiers that are not ours", () => {
  let database = "";
  let file = "";
  const facts = certificateFacts({ text: "Bon dia 👋 l’àvia, el col·legi, ñ ¿qué? 3 €" });

  beforeAll(async () => {
    database = await trustRoot();
    file = await issue(facts);
  });

  test("pdfsig finds the seal valid and trusted, and the whole document sealed", () => {
    const report = run("pdfsig", "-no-ocsp", "-nssdir", database, file);
    expect(report).toContain("Signature is Valid");
    expect(report).toContain("Certificate is Trusted");
    expect(report).toContain("ETSI.CAdES.detached");
  });

  test("qpdf finds no fault in the syntax", () => {
    expect(run("qpdf", "--check", file)).toContain("No syntax or stream encoding errors");
  });

  test("openssl verifies the signature with its CAdES attribute, and the token", async () => {
    const { rootFile, issuingAuthority } = await testPki();
    const pdf = readFileSync(file);
    const { data, end } = checkSeal(pdf);
    const sealed = pdf.toString("latin1", 0, end);
    const hole = /\/Contents<([0-9a-f]+)>/.exec(sealed);
    const start = (hole?.index ?? 0) + "/Contents".length;
    const after = start + (hole?.[1]?.length ?? 0) + 2;
    const paths = Object.fromEntries(
      ["cms", "content", "token", "signature", "chain"].map((name) => [
        name,
        join(directory, name),
      ]),
    ) as Record<"cms" | "content" | "token" | "signature" | "chain", string>;
    writeFileSync(paths.cms, Buffer.from(hole?.[1] ?? "", "hex"));
    writeFileSync(paths.content, Buffer.concat([pdf.subarray(0, start), pdf.subarray(after, end)]));
    writeFileSync(paths.token, data.unsignedAttributes.get(OID.timeStampToken)?.bytes ?? "");
    writeFileSync(paths.signature, data.signature);
    writeFileSync(paths.chain, issuingAuthority.chain);
    const trust = ["-CAfile", rootFile];
    run(
      "openssl",
      ...["cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", paths.cms],
      ...["-content", paths.content, "-purpose", "any", "-out", "/dev/null", ...trust],
    );
    const answer = run(
      "openssl",
      ...["ts", "-verify", "-in", paths.token, "-token_in", "-data", paths.signature],
      ...["-untrusted", paths.chain, ...trust],
    );
    expect(answer).toContain("Verification: OK");
    expect(data.signedAttributes.has(OID.signingTime)).toBe(false);
  });

  test("pdftotext finds every field", () => {
    const text = run("pdftotext", "-raw", file, "-").replace(/\s+/g, " ");
    const { message, entity } = facts;
    for (const field of [
      "LLIURAT",
      "PROVA – sense validesa",
      facts.csv,
      facts.verificationUrl,
      message.recipient.msisdn,
      message.text,
      message.textSha256,
      message.clientReference,
      entity.name,
      entity.nif,
      facts.operator,
      facts.issuer.name,
      facts.evidence.at(-1)?.sha256 ?? "",
      "2026-03-12T09:15:32.123Z",
      "2603121015",
      "UTC+01:00",
    ]) {
      expect(text).toContain(field);
    }
  });

  test("zbarimg reads the verification address from every rendered page", () => {
    run("pdftoppm", "-r", "150", "-png", file, join(directory, "page"));
    const { stdout } = spawnSync("sh", ["-c", `zbarimg -q ${directory}/page-*.png`], {
      encoding: "utf8",
    });
    const pages = /Pages:\s+(\d+)/.exec(run("pdfinfo", file))?.[1];
    const found = stdout.trim().split("\n");
    expect(found).toHaveLength(Number(pages));
    expect(new Set(found)).toEqual(new Set([`QR-Code:${facts.verificationUrl}`]));
  });

  test("a flipped byte is seen by pdfsig too", () => {
    const pdf = readFileSync(file);
    const middle = Math.floor(pdf.length / 2);
    pdf[middle] = (pdf[middle] ?? 0) ^ 1;
    const changed = join(directory, "changed.pdf");
    writeFileSync(changed, pdf);
    expect(run("pdfsig", "-no-ocsp", "-nssdir", database, changed)).toContain("Digest Mismatch");
  });
});
