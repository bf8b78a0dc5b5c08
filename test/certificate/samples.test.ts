import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { verifyPdf } from "../../src/certificate/verify.ts";
import { samples } from "../support/certificate-samples.ts";
import { testIssuer } from "../support/certificate-issuer.ts";
import { lintPdf } from "../support/pdf-lint.ts";
import { peer } from "../support/peers.ts";
import { difference, renderGrey } from "../support/render.ts";

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../fixtures/certificates/${name}`, import.meta.url));
const names = [...samples().keys()];
/** Another version of poppler smooths edges a little differently; a blank line of text is far more. */
const LIMIT = 4;

test.each(names)("the sample %s verifies with its root, and falls into no trap", async (name) => {
  const pdf = fixture(`${name}.pdf`);
  const { findings } = verifyPdf(pdf, { trusted: fixture("root.crt.pem").toString() });
  expect(findings.filter(({ ok }) => !ok)).toEqual([]);
  expect(await lintPdf(pdf)).toEqual([]);
  expect(pdf.length).toBeLessThanOrEqual(120 * 1024);
});

peer("pdftoppm")("pages as they are drawn", () => {
  const directory = mkdtempSync(join(tmpdir(), "samples-"));

  test.each(names)("%s looks as it did (else: scripts/samples, and look at it)", async (name) => {
    const facts = samples().get(name);
    if (!facts) throw new Error(`no sample ${name}`);
    const file = join(directory, `${name}.pdf`);
    writeFileSync(file, (await (await testIssuer()).issue(facts)).pdf);
    const golden = gunzipSync(fixture(`${name}.pgm.gz`));
    expect(difference(renderGrey(file), golden)).toBeLessThan(LIMIT);
  });

  test("a page with one line of its text missing is noticed", () => {
    const golden = gunzipSync(fixture("positive-ca.pgm.gz"));
    const blank = Buffer.from(golden);
    const width = Number(/^P5\s+(\d+)/.exec(golden.toString("latin1", 0, 20))?.[1]);
    blank.fill(255, width * 165, width * 172);
    expect(difference(blank, golden)).toBeGreaterThan(LIMIT);
  });
});
