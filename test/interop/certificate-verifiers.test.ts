import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkSeal } from "../../src/certificate/seal/check-seal.ts";
import { OID } from "../../src/certificate/seal/oids.ts";
import { certificateFacts } from "../support/certificate-facts.ts";
import { testIssuer, testPki } from "../support/certificate-issuer.ts";
import { foreignVerifiers, type ForeignVerifiers } from "../support/foreign-verifiers.ts";
import { peer } from "../support/peers.ts";

const peers = peer("pdfsig", "certutil", "qpdf", "pdftotext", "pdftoppm", "zbarimg", "openssl");

peers("verifiers that are not ours", () => {
  let foreign: ForeignVerifiers;
  let file = "";
  const facts = certificateFacts({ text: "Bon dia 👋 l’àvia, el col·legi, ñ ¿qué? 3 €" });

  beforeAll(async () => {
    const { rootFile, issuingAuthority } = await testPki();
    foreign = foreignVerifiers({ rootFile, intermediates: issuingAuthority.chain });
    file = join(foreign.directory, "certificate.pdf");
    writeFileSync(file, (await (await testIssuer()).issue(facts)).pdf);
  });

  test("pdfsig finds the seal valid and trusted", () => {
    const report = foreign.pdfsig(file);
    expect(report).toContain("Signature is Valid");
    expect(report).toContain("Certificate is Trusted");
    expect(report).toContain("ETSI.CAdES.detached");
  });

  test("qpdf finds no fault in the syntax", () => {
    expect(foreign.run("qpdf", "--check", file)).toContain("No syntax or stream encoding errors");
  });

  test("openssl verifies the signature with its CAdES attribute, and the token", () => {
    expect(() => foreign.openssl(file)).not.toThrow();
    const { data } = checkSeal(readFileSync(file));
    expect(data.signedAttributes.has(OID.signingTime)).toBe(false);
  });

  test("pdftotext finds every field", () => {
    const text = foreign.run("pdftotext", "-raw", file, "-").replace(/\s+/g, " ");
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
      message.officer?.nif ?? "",
      entity.name,
      entity.nif,
      facts.operator,
      facts.issuer.name,
      facts.evidence.at(-1)?.sha256 ?? "",
      "2026-03-12T09:15:32.123Z",
      "2603121015",
      "UTC+01:00",
      "Llei 39/2015",
    ]) {
      expect(text).toContain(field);
    }
  });

  test("the attached evidence hashes to what the page prints", () => {
    foreign.run("pdfdetach", "-saveall", "-o", foreign.directory, file);
    const json = readFileSync(join(foreign.directory, "evidencia.json"));
    const text = foreign.run("pdftotext", "-raw", file, "-");
    expect(text).toContain(createHash("sha256").update(json).digest("hex"));
    expect(JSON.parse(json.toString())).toMatchObject({
      certificate: { csv: facts.csv },
      message: { text: facts.message.text },
    });
    const xml = readFileSync(join(foreign.directory, "evidencia.xml"), "utf8");
    expect(xml).toContain("<ERDSEventId>http://uri.etsi.org/19522/Event/ContentHandover<");
  });

  test("zbarimg reads the verification address from every rendered page", () => {
    foreign.run("pdftoppm", "-r", "150", "-png", file, "page");
    const { stdout } = spawnSync("sh", ["-c", `zbarimg -q ${foreign.directory}/page-*.png`], {
      encoding: "utf8",
    });
    const pages = /Pages:\s+(\d+)/.exec(foreign.run("pdfinfo", file))?.[1];
    const found = stdout.trim().split("\n");
    expect(found).toHaveLength(Number(pages));
    expect(new Set(found)).toEqual(new Set([`QR-Code:${facts.verificationUrl}`]));
  });

  test("a flipped byte is seen by pdfsig too", () => {
    const pdf = readFileSync(file);
    const middle = Math.floor(pdf.length / 3);
    pdf[middle] = (pdf[middle] ?? 0) ^ 1;
    const changed = join(foreign.directory, "changed.pdf");
    writeFileSync(changed, pdf);
    expect(foreign.pdfsig(changed)).toContain("Digest Mismatch");
    expect(() => foreign.openssl(changed)).toThrow();
  });
});
