import { checkSeal } from "../../src/certificate/seal/check-seal.ts";
import { createKeySeal, SealError } from "../../src/certificate/seal/key-file-seal.ts";
import { createHttpTimeStampAuthority } from "../../src/certificate/time-stamp/http-authority.ts";
import { createTestTimeStampAuthority } from "../../src/certificate/test-pki/test-time-stamp-authority.ts";
import { verifyPdf } from "../../src/certificate/verify.ts";
import { CertificateDelayed } from "../../src/domain/certificate.ts";
import { sha256 } from "../../src/domain/content.ts";
import { certificateFacts } from "../support/certificate-facts.ts";
import { clock, random, testIssuer, testPki } from "../support/certificate-issuer.ts";

/** The file with the hole of the seal emptied: what does not depend on key, token and chance. */
function unsealed(pdf: Buffer): string {
  const text = pdf.subarray(0, checkSeal(pdf).end).toString("latin1");
  return text.replace(/\/Contents<[0-9a-f]+>/, "/Contents<>");
}

test("a certificate verifies against the root of its seal, and against no other", async () => {
  const { root } = await testPki();
  const { pdf, sha256: hash, stampedAt } = await (await testIssuer()).issue(certificateFacts());
  expect(sha256(pdf)).toBe(hash);
  const verification = verifyPdf(pdf, { trusted: root });
  expect(verification.findings.filter(({ ok }) => !ok)).toEqual([]);
  expect(verification).toMatchObject({ valid: true, stampedAt });
  expect(verification.sealedBy).toContain("Segell de prova");
  expect(verifyPdf(pdf, { trusted: "" }).valid).toBe(false);
});

test("the same facts give the same bytes until the seal", async () => {
  const [one, other] = [await testIssuer(), await testIssuer()];
  const facts = certificateFacts({ text: "Bon dia 👋 العربية" });
  const first = await one.issue(facts);
  const again = await other.issue(facts);
  expect(unsealed(again.pdf)).toBe(unsealed(first.pdf));
  expect(again.sha256).not.toBe(first.sha256);
});

test("any change of any part of the file is found out", async () => {
  const { root } = await testPki();
  const { pdf } = await (await testIssuer()).issue(certificateFacts());
  const hole = pdf.indexOf("/Contents<");
  // One hash finds any change before the hole; after it, each byte has a check of its own.
  const step = process.env["CERTIFICATES_LONG"] === "1" ? 1 : 7;
  for (let offset = 0; offset < pdf.length; offset += offset < hole ? 997 : step) {
    const changed = Buffer.from(pdf);
    changed[offset] = (changed[offset] ?? 0) ^ 0x01;
    const { valid } = verifyPdf(changed, { trusted: root });
    expect({ offset, valid }).toEqual({ offset, valid: false });
  }
});

test("what is added after the seal is found out", async () => {
  const { root } = await testPki();
  const { pdf } = await (await testIssuer()).issue(certificateFacts());
  const { valid, findings } = verifyPdf(
    Buffer.concat([pdf, Buffer.from("\n1 0 obj\n<<>>\nendobj")]),
    {
      trusted: root,
    },
  );
  expect(valid).toBe(false);
  expect(findings.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(["whole", "status"]);
});

test.each(["", "no PDF at all", "%PDF-1.7\n/ByteRange [0 1 2 3]"])(
  "a file that carries no seal is told so: %j",
  (text) => {
    const { valid, findings } = verifyPdf(Buffer.from(text), { trusted: "" });
    expect(valid).toBe(false);
    expect(findings.at(-1)).toMatchObject({ ok: false });
    expect(findings.at(-1)?.words.ca).not.toBe("");
  },
);

test("without a time-stamp authority the certificate waits", async () => {
  const down = createHttpTimeStampAuthority({ urls: ["http://127.0.0.1:9/"], random });
  const issuer = await testIssuer(down);
  await expect(issuer.issue(certificateFacts())).rejects.toThrow(CertificateDelayed);
});

test("an authority whose clock is wrong is not believed", async () => {
  const { timeStampAuthority: keys } = await testPki();
  const late = { now: (): Date => new Date(clock.now().getTime() + 3_600_000) };
  const issuer = await testIssuer(createTestTimeStampAuthority({ keys, clock: late, random }));
  await expect(issuer.issue(certificateFacts())).rejects.toThrow(CertificateDelayed);
});

test("a token over something else is not used", async () => {
  const { timeStampAuthority: keys } = await testPki();
  const honest = createTestTimeStampAuthority({ keys, clock, random });
  const issuer = await testIssuer({ stamp: () => honest.stamp(Buffer.alloc(32)) });
  await expect(issuer.issue(certificateFacts())).rejects.toThrow(/timeStamp/);
});

test("a large token gets the room that it needs", async () => {
  const { timeStampAuthority: keys, root } = await testPki();
  const withChain = { key: keys.key, chain: keys.chain };
  const authority = createTestTimeStampAuthority({ keys: withChain, clock, random });
  const issuer = await testIssuer(authority);
  const { pdf } = await issuer.issue(certificateFacts());
  expect(verifyPdf(pdf, { trusted: root }).valid).toBe(true);
});

test("a key that is not of the chain is refused at start", async () => {
  const { seal, timeStampAuthority } = await testPki();
  expect(() => createKeySeal({ key: seal.key, chain: timeStampAuthority.chain })).toThrow(
    SealError,
  );
});
