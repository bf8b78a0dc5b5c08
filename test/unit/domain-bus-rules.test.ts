import { parseBodyCode } from "../../src/domain/body-code.ts";
import { isDocument, isNif } from "../../src/domain/legal-id.ts";
import { dayInMadrid, inMadrid } from "../../src/domain/madrid.ts";
import { referenceOf } from "../../src/pica/specific/reference.ts";

test.each([
  ["12345678Z", true],
  ["00000000T", true],
  ["99999999R", true],
  ["12345678A", false],
  ["1234567L", false],
  ["X1234567L", true],
  ["Y1234567X", true],
  ["Z1234567R", true],
  ["X1234567A", false],
  ["K1234567L", true],
  ["S0811001G", true],
  ["Q0801175A", true],
  ["P0801900B", true],
  ["A58818501", true],
  ["A5881850B", false],
  ["S08110017", false],
  ["s0811001g", true],
  ["", false],
])("the control character of %s: %s", (id, right) => {
  expect(isNif(id)).toBe(right);
});

test("each kind of document has its own form", () => {
  expect(isDocument("DNI", "X1234567L")).toBe(false);
  expect(isDocument("NIE", "12345678Z")).toBe(false);
  expect(isDocument("CIF", "12345678Z")).toBe(false);
  expect(isDocument("NIF", "S0811001G")).toBe(true);
  expect(isDocument("Pasaporte", "AB-1")).toBe(false);
  expect(isDocument("Pasaporte", "AAA000001")).toBe(true);
});

test.each([
  ["9821920002", "9821920002"],
  ["0801930008", "801930008"],
  ["801930008", "801930008"],
  [" a09002970 ", "A09002970"],
  ["0000", undefined],
  ["12345678901", undefined],
  ["A0900297", undefined],
])("the code of a body %j is compared as %j", (typed, code) => {
  expect(parseBodyCode(typed)).toBe(code);
});

test("instants are told in the hour of Madrid, with milliseconds and the offset of their season", () => {
  expect(inMadrid(new Date("2026-03-02T09:15:01.707Z"))).toBe("2026-03-02T10:15:01.707+01:00");
  expect(inMadrid(new Date("2026-07-01T22:00:00Z"))).toBe("2026-07-02T00:00:00.000+02:00");
  expect(dayInMadrid(new Date("2026-12-31T23:30:00Z"))).toBe("2027-01-01");
});

test("two ids never share a reference, and it fits the typed port", () => {
  const long = "x".repeat(100);
  const references = [
    referenceOf("a", "b"),
    referenceOf("a/b", "c"),
    referenceOf("a", "b/c"),
    referenceOf(long, "1"),
    referenceOf(long, "2"),
    referenceOf("a~b", "c"),
  ];
  expect(new Set(references).size).toBe(references.length);
  expect(references[0]).toBe("a/b");
  expect(references.every((each) => each.length <= 100)).toBe(true);
});
