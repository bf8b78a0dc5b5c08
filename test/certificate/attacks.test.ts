import { deflateSync } from "node:zlib";
import { prepareLogo } from "../../src/certificate/logo/prepare-logo.ts";
import { verifyPdf } from "../../src/certificate/verify.ts";
import type { CertificateFacts } from "../../src/domain/certificate.ts";
import { nextEvidence } from "../../src/domain/evidence.ts";
import { fillForm } from "../../src/certificate/pdf/document.ts";
import { buildForm } from "../../src/certificate/pdf/form.ts";
import { element } from "../../src/certificate/pdf/structure.ts";
import { checkSeal } from "../../src/certificate/seal/check-seal.ts";
import { signedDataForm } from "../../src/certificate/seal/cms.ts";
import { createKeySeal } from "../../src/certificate/seal/key-file-seal.ts";
import { OID } from "../../src/certificate/seal/oids.ts";
import { sealDocument } from "../../src/certificate/seal/seal-document.ts";
import { createTestStatus } from "../../src/certificate/test-pki/test-status.ts";
import { createTestTimeStampAuthority } from "../../src/certificate/test-pki/test-time-stamp-authority.ts";
import { baseFont } from "../../src/certificate/text/base-font.ts";
import { loadFonts } from "../../src/certificate/text/fonts.ts";
import { appendValidationData } from "../../src/certificate/validation/dss.ts";
import { createValidationSource } from "../../src/certificate/validation/validation-data.ts";
import { evidenceJson } from "../../src/certificate/evidence-package.ts";
import { parseMsisdn } from "../../src/domain/msisdn.ts";
import { certificateFacts } from "../support/certificate-facts.ts";
import { clock, random, testIssuer, testPki } from "../support/certificate-issuer.ts";
import { png } from "../support/png.ts";

/** The findings that fail. */
function failing(pdf: Buffer, trusted: string): string[] {
  const { findings } = verifyPdf(pdf, { trusted });
  return findings.filter(({ ok }) => !ok).map(({ name }) => name);
}

test("evidence that is hidden in the samples of a logo is not what a certificate states", async () => {
  const { root } = await testPki();
  const recipient = { msisdn: parseMsisdn("+34699999999") };
  const planted = deflateSync(evidenceJson(certificateFacts({ message: { recipient } })));
  const bytes = Buffer.concat([
    random.bytes(2_000),
    Buffer.from("/Type/EmbeddedFile/Subtype/application#2Fjson/Params<<>>/Filter/FlateDecode"),
    Buffer.from(`/Length ${planted.length}>>\nstream\n`),
    planted,
    random.bytes(4_000),
  ]);
  const width = 400;
  const height = Math.ceil(bytes.length / width);
  const grey = Buffer.concat([bytes, random.bytes(width * height - bytes.length)]);
  const rows = Array.from({ length: height }, (_, row) => [
    0,
    ...grey.subarray(row * width, (row + 1) * width),
  ]);
  const logo = prepareLogo(png({ width, height, colourType: 0, rows }), "Escut");
  expect(logo.samples.includes("/EmbeddedFile")).toBe(true);

  const { pdf } = await (await testIssuer()).issue(certificateFacts({ logo }));
  const { valid, stated } = verifyPdf(pdf, { trusted: root });
  expect(valid).toBe(true);
  expect(stated?.recipient).toBe("+34600123456");
});

/** A file that our own code seals, with another attachment, or none. */
async function sealedWith(content: string | undefined): Promise<Buffer> {
  const pki = await testPki();
  const seal = createKeySeal(pki.seal);
  const fonts = await loadFonts();
  const base = { regular: baseFont(fonts.sans), bold: baseFont(fonts.bold) };
  const at = clock.now();
  const attachment = {
    name: "evidencia.json",
    mediaType: "application/json",
    description: "",
    relationship: "Data" as const,
    content: Buffer.from(content ?? ""),
  };
  const unsealed = fillForm(await buildForm({ fonts, base }), {
    id: random.bytes(16),
    metadata: {
      ...{ title: "", author: "", subject: "", language: "ca", createdAt: at, documentId: "" },
      eni: undefined,
    },
    ...{ pages: [""], shapes: [], images: [], extraFonts: [], structure: element("Document") },
    attachments: content === undefined ? [] : [attachment],
    seal: { at, by: "", reason: "", fieldName: "", room: 8_000 },
  });
  const form = signedDataForm({ ...seal, contentType: OID.data });
  const keys = pki.timeStampAuthority;
  const authority = createTestTimeStampAuthority({ keys, clock, random });
  const sealed = await sealDocument(unsealed, form, seal, authority);
  const { data, timeStamp } = checkSeal(sealed.bytes);
  const source = createTestStatus({ pki, clock });
  const anchors = pki.root + pki.issuingAuthority.chain;
  return appendValidationData(
    sealed,
    await createValidationSource({ clock, source, anchors }).dataFor(
      [data.signer, timeStamp.authority],
      timeStamp.certificates,
    ),
  );
}

test("a document without evidence of ours is no certificate, however well it is sealed", async () => {
  const { root } = await testPki();
  const json = evidenceJson(certificateFacts()).toString();
  expect(failing(await sealedWith(json), root)).toEqual([]);
  expect(failing(await sealedWith(undefined), root)).toEqual(["evidence"]);
  expect(failing(await sealedWith("{}"), root)).toEqual(["evidence"]);
});

test("evidence that says a thing twice says nothing", async () => {
  const { root } = await testPki();
  const json = evidenceJson(certificateFacts()).toString();
  const twice = json.replace('"msisdn":', '"msisdn":"+34699999999","msisdn":');
  expect(failing(await sealedWith(twice), root)).toEqual(["evidence"]);
});

test("a message of more segments than there can be costs no memory", async () => {
  const { root } = await testPki();
  const facts = certificateFacts();
  const evidence: CertificateFacts["evidence"][number][] = [];
  for (const { messageId, at, body } of facts.evidence) {
    const huge = body.event === "SubmissionAcceptance" ? { ...body, segmentCount: 3e6 } : body;
    evidence.push(nextEvidence(messageId, evidence.at(-1), at, huge));
  }
  const message = { ...facts.message, segmentCount: 3e6 };
  const { pdf } = await (await testIssuer()).issue({ ...facts, message, evidence });
  const before = process.resourceUsage().maxRSS;
  expect(failing(pdf, root)).toEqual(["evidence"]);
  expect(process.resourceUsage().maxRSS - before).toBeLessThan(200_000);
});

test("thousands of ranges that all end with the file are soon put away", () => {
  const size = 4_000_000;
  const rows: string[] = ["%PDF-1.7\n"];
  for (let at = 9; at < size - 100; at += 50) {
    const hole = String(at + "/ByteRange[0 0000000 4000000 0]/Contents".length).padStart(7, "0");
    rows.push(`/ByteRange[0 ${hole} ${size} 0]/Contents<`.padEnd(50, "a"));
  }
  const hostile = Buffer.from(`${rows.join("").padEnd(size - 1, "a")}>`, "latin1");
  const started = process.cpuUsage().user;
  expect(failing(hostile, "")).toEqual(["coverage"]);
  expect(process.cpuUsage().user - started).toBeLessThan(2_000_000);
});
