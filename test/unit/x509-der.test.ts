import * as asn1js from "asn1js";
import {
  children,
  DerError,
  generalizedTime,
  integer,
  octetString,
  oid,
  readDer,
  readGeneralizedTime,
  readOid,
  sequence,
  setOf,
} from "../../src/x509/der.ts";

const OIDS = ["1.2.840.113549.1.9.16.2.47", "2.16.840.1.101.3.4.2.1", "2.25.999", "0.4.0.1862.1.1"];

test.each(OIDS)("the identifier %s is written as asn1js writes it, and read back", (dotted) => {
  const encoded = oid(dotted);
  const foreign = new asn1js.ObjectIdentifier({ value: dotted });
  expect(encoded.toString("hex")).toBe(Buffer.from(foreign.toBER()).toString("hex"));
  expect(readOid(readDer(encoded))).toBe(dotted);
});

test.each([0, 0x7f, 0x80, 0xff, 0x100, 0x1_0000])(
  "a content of %d bytes is read back",
  (length) => {
    const content = Buffer.alloc(length, 7);
    const encoded = octetString(content);
    expect(asn1js.fromBER(new Uint8Array(encoded)).offset).toBe(encoded.length);
    expect(readDer(encoded).content.equals(content)).toBe(true);
  },
);

test("an integer is positive and has no needless zeros", () => {
  expect(integer(Buffer.from([0, 0, 0x80])).toString("hex")).toBe("02020080");
  expect(integer(Buffer.from([0])).toString("hex")).toBe("020100");
});

test("a set is sorted by its encodings", () => {
  const sorted = setOf(octetString(Buffer.from([2])), integer(9), octetString(Buffer.from([1])));
  expect(sorted.toString("hex")).toBe("310902010904010104" + "0102");
});

test("an instant keeps its milliseconds and drops trailing zeros", () => {
  const at = new Date("2026-03-12T09:15:32.120Z");
  expect(generalizedTime(at).toString("latin1", 2)).toBe("20260312091532.12Z");
  expect(readGeneralizedTime(readDer(generalizedTime(at)))).toEqual(at);
  expect(generalizedTime(new Date(0)).toString("latin1", 2)).toBe("19700101000000Z");
});

test.each(["30", "3003020201", "3080", "1f8101", "30850000000001", "300302"])(
  "%s is no DER",
  (hex) => {
    expect(() => children(readDer(Buffer.from(hex, "hex")))).toThrow(DerError);
  },
);

test("elements are found in order", () => {
  const parts = children(readDer(sequence(integer(1), octetString(Buffer.from("a")))));
  expect(parts.map(({ tag }) => tag)).toEqual([2, 4]);
});

test.each(["20269999999999Z", "20260101250000Z", "20260101", "now"])("%s is no instant", (text) => {
  const encoded = Buffer.concat([Buffer.from([0x18, text.length]), Buffer.from(text, "latin1")]);
  expect(() => readGeneralizedTime(readDer(encoded))).toThrow(DerError);
});
