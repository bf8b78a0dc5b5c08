import fc from "fast-check";
import splitSms from "split-sms";
import { planSegments, type AlphabetOptions } from "../../src/smpp/alphabet.ts";

const udh: AlphabetOptions = { concatenation: "udh", defaultAlphabet: "gsm" };

/** Characters that people write, that the alphabets disagree about, and that tempt a cutter. */
const character = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...Array.from("abc ABC123.,àèéòüçíóúï·ÇÀÑñ¿¡@_$")) },
  { weight: 2, arbitrary: fc.constantFrom(...Array.from("€^{}\\[]~|\n\rΔΩ")) },
  { weight: 1, arbitrary: fc.constantFrom("😀", "👩‍⚖️", "🇦🇩", "l·l", "”", "–", "\u00a0") },
);
const gsmCharacter = fc.constantFrom(...Array.from("abcdefg ABC123àèéòü€[]{}~|\\^\n@£$"));
const text = fc.oneof(
  fc.array(character, { minLength: 1, maxLength: 500 }).map((all) => all.join("")),
  fc.array(gsmCharacter, { minLength: 1, maxLength: 500 }).map((all) => all.join("")),
);

/** Reads the octets back with tables of another hand. */
function readBack(payload: Buffer, dataCoding: number): string {
  if (dataCoding === 8) return new TextDecoder("utf-16be", { fatal: true }).decode(payload);
  const basic =
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ?ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
  const extension = new Map([
    [20, "^"],
    [40, "{"],
    [41, "}"],
    [47, "\\"],
    [60, "["],
    [61, "~"],
    [62, "]"],
    [64, "|"],
    [101, "€"],
  ]);
  let out = "";
  for (let at = 0; at < payload.length; at++) {
    if (payload[at] === 27) out += extension.get(payload[++at]!) ?? "\ufffd";
    else out += basic[payload[at]!] ?? "\ufffd";
  }
  return out;
}

test("counts and cuts as split-sms does, and loses nothing", () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 0, max: 65_535 }), (typed, reference) => {
      const plan = planSegments(typed, reference, udh);
      const oracle = splitSms.split(typed);
      expect(plan.encoding).toBe(oracle.characterSet === "GSM" ? "GSM7" : "UCS2");
      expect(plan.segments).toHaveLength(oracle.parts.length);
      const total = plan.segments.length;
      const contents = plan.segments.map(({ payload, dataCoding, esmClass }, index) => {
        if (total === 1) expect(esmClass).toBe(0);
        else {
          expect(esmClass).toBe(0x40);
          expect([...payload.subarray(0, 6)]).toEqual([
            5,
            0,
            3,
            reference & 0xff,
            total,
            index + 1,
          ]);
        }
        return readBack(payload.subarray(total === 1 ? 0 : 6), dataCoding);
      });
      expect(contents).toEqual(oracle.parts.map((part) => part.content));
      expect(contents.join("")).toBe(typed);
    }),
    { numRuns: 1_500 },
  );
});

test("every way of concatenation carries the whole text within 140 octets of air", () => {
  const concatenation = fc.constantFrom("udh", "udh16", "sar", "payload" as const);
  fc.assert(
    fc.property(text, concatenation, (typed, way) => {
      const { segments } = planSegments(typed, 0xabcd, { ...udh, concatenation: way });
      const header = segments.length === 1 ? 0 : way === "udh" ? 6 : 7;
      const contents = segments.map(({ payload, dataCoding }) => {
        const body = payload.subarray(header);
        const air = dataCoding === 8 ? body.length : Math.ceil((body.length * 7) / 8);
        if (way !== "payload") expect(header + air).toBeLessThanOrEqual(140);
        return readBack(body, dataCoding);
      });
      expect(contents.join("")).toBe(typed);
      if (way === "payload") expect(segments).toHaveLength(1);
    }),
    { numRuns: 500 },
  );
});
