import { baseFont } from "../../src/certificate/text/base-font.ts";
import { loadFonts } from "../../src/certificate/text/fonts.ts";
import { createTypesetter, type Typesetter } from "../../src/certificate/text/typesetter.ts";

const STYLE = { weight: "regular", size: 10 } as const;
let typesetter: Typesetter;

beforeAll(async () => {
  const fonts = await loadFonts();
  const base = { regular: baseFont(fonts.sans), bold: baseFont(fonts.bold) };
  typesetter = createTypesetter({ fonts, base });
});

/** The characters that are printed by their names, from left to right. */
function names(text: string): string {
  const { operators } = typesetter.line(text, STYLE);
  const found = operators.matchAll(/ActualText <feff([0-9a-f]+)>/g);
  return Array.from(found, ([, hexadecimal = ""]) =>
    Buffer.from(hexadecimal, "hex").swap16().toString("utf16le"),
  ).join("");
}

test.each([
  ["inside a line of Latin letters", "Bon dia, שלום (12) adeu"],
  ["at the beginning, where it would turn the whole line", "שלום, bon dia"],
  ["alone", "שלום עולם"],
  ["behind a mark that turns what follows", "\u202eשלום"],
])("letters without a typeface stand in the order of the text, %s", (_where, text) => {
  expect(names(text)).toBe(text.replace(/[^\u0590-\u05ff\u202e]/g, ""));
});

test("what is printed by its name is known, also behind a line feed", () => {
  expect(typesetter.hasNames("Bon dia, l’àvia 3 €", "regular")).toBe(false);
  expect(typesetter.hasNames("مرحبا 👋 日本", "regular")).toBe(false);
  expect(typesetter.hasNames("Bon dia\r\nשלום", "regular")).toBe(true);
});
