import {
  AFTER_DECISION,
  contradiction,
  ofSegment,
  parseConflict,
  UNATTRIBUTED,
} from "../../src/domain/conflict.ts";

test.each([
  [
    ofSegment(2, contradiction("UNDELIVERABLE", "DELIVERED")),
    { kind: "contradiction", segment: 2, later: "UNDELIVERABLE", earlier: "DELIVERED" },
  ],
  [ofSegment(1, AFTER_DECISION), { kind: "afterDecision", segment: 1 }],
  [UNATTRIBUTED, { kind: "unattributed" }],
  [
    ofSegment(10, "the TLV names 7, the text\n8"),
    { kind: "doubt", segment: 10, doubt: "the TLV names 7, the text\n8" },
  ],
])("%j is read as it was meant", (text, conflict) => {
  expect(parseConflict(text)).toEqual(conflict);
});
