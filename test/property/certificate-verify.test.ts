import fc from "fast-check";
import { readFileSync } from "node:fs";
import { children, DerError, octetString, readDer } from "../../src/x509/der.ts";
import { verifyPdf } from "../../src/certificate/verify.ts";

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../fixtures/certificates/${name}`, import.meta.url));
const pdf = fixture("positive-ca.pdf");
const trusted = fixture("root.crt.pem").toString();

test("a damaged file is never valid, and never more than a finding", () => {
  const damage = fc.record({
    at: fc.integer({ min: 0, max: pdf.length }),
    removed: fc.integer({ min: 0, max: 2_000 }),
    added: fc.uint8Array({ maxLength: 64 }),
  });
  fc.assert(
    fc.property(damage, ({ at, removed, added }) => {
      const damaged = Buffer.concat([pdf.subarray(0, at), added, pdf.subarray(at + removed)]);
      fc.pre(!damaged.equals(pdf));
      const { valid, findings } = verifyPdf(damaged, { trusted });
      return !valid && findings.some(({ ok }) => !ok);
    }),
    { numRuns: 300 },
  );
});

test("whatever stands in the place of the seal is never more than a finding", () => {
  const text = pdf.toString("latin1");
  const start = text.indexOf("/Contents<") + "/Contents<".length;
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 3_000 }), (cms) => {
      const changed = Buffer.from(pdf);
      changed.write(Buffer.from(cms).toString("hex"), start, "latin1");
      fc.pre(!changed.equals(pdf));
      return !verifyPdf(changed, { trusted }).valid;
    }),
    { numRuns: 200 },
  );
});

test("DER of anything is read back, and anything is DER or is refused", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const content = Buffer.from(bytes);
      expect(readDer(octetString(content)).content.equals(content)).toBe(true);
      try {
        expect(children(readDer(content)).every((child) => child.bytes.length >= 2)).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(DerError);
      }
    }),
  );
});
