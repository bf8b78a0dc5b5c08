import { planSegments, readUdh16 } from "../../src/smpp/alphabet.ts";

const udh = { concatenation: "udh", defaultAlphabet: "gsm" } as const;
const udh16 = { concatenation: "udh16", defaultAlphabet: "gsm" } as const;
const count = (text: string, options: Parameters<typeof planSegments>[2] = udh): number =>
  planSegments(text, 7, options).segments.length;

test.each([
  ["160 letters are one segment", "a".repeat(160), 1],
  ["161 letters are two", "a".repeat(161), 2],
  ["two segments hold 306 letters", "a".repeat(306), 2],
  ["307 letters are three", "a".repeat(307), 3],
  ["the euro sign costs two", "€".repeat(80), 1],
  ["81 euro signs are two", "€".repeat(81), 2],
  ["70 letters with an accent outside GSM are one", "ç".repeat(70), 1],
  ["71 are two", "ç".repeat(71), 2],
  ["35 emoji are one", "😀".repeat(35), 1],
  ["500 Catalan characters are eight", "ç".repeat(500), 8],
])("%s", (_, text, segments) => {
  expect(count(text)).toBe(segments);
});

test("an escape pair and a surrogate pair are never cut", () => {
  const escaped = planSegments("a".repeat(152) + "€" + "a".repeat(100), 1, udh).segments;
  expect(escaped[0]?.payload).toHaveLength(6 + 152);
  const emoji = planSegments("ç".repeat(66) + "😀" + "ç".repeat(40), 1, udh).segments;
  expect(emoji[0]?.payload).toHaveLength(6 + 132);
});

test("a 16-bit reference leaves room for 152 or 66", () => {
  expect(count("a".repeat(304), udh16)).toBe(2);
  expect(count("a".repeat(305), udh16)).toBe(3);
  expect(count("ç".repeat(132), udh16)).toBe(2);
  expect(count("ç".repeat(133), udh16)).toBe(3);
});

test("the characters that force UCS-2 are told once each, in order", () => {
  const plan = planSegments("Notificació: plaça de l'Ajuntament, col·laboració 😀", 1, udh);
  expect(plan.encoding).toBe("UCS2");
  expect(plan.unicodeCharacters).toEqual(["ó", "ç", "·", "😀"]);
});

test("where the default alphabet is Latin-1, its octets travel and the septets are counted", () => {
  const latin1 = { concatenation: "udh", defaultAlphabet: "latin1" } as const;
  expect(planSegments("[à]", 1, latin1).segments[0]?.payload).toEqual(Buffer.from("[à]", "latin1"));
  expect(count("[".repeat(81), latin1)).toBe(2);
  expect(planSegments("€", 1, latin1)).toMatchObject({ encoding: "UCS2" });
});

test("the header of a 16-bit concatenation can be taken off again", () => {
  const [, second] = planSegments("a".repeat(200), 0xbeef, udh16).segments;
  expect(readUdh16(second!.payload)).toEqual({
    reference: 0xbeef,
    total: 2,
    number: 2,
    text: Buffer.from("a".repeat(48)),
  });
  expect(readUdh16(Buffer.from("short"))).toBeUndefined();
});
