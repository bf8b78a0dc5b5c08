import type { Font } from "./fonts.ts";

/** GSM 03.38 with its extension, Latin-1, the rest of western Europe, and typographic signs. */
const REPERTOIRE = [
  ...range(0x20, 0x7e),
  ...range(0xa0, 0xac),
  ...range(0xae, 0xff),
  ...Array.from("ıŁłŒœŠšŸŽžĿŀ–—‘’‚“”„†‡•…‰‹›€™←→−≤≥≠ΓΔΘΛΞΠΣΦΨΩ", codePoint),
];

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function codePoint(character: string): number {
  return character.codePointAt(0) ?? 0;
}

/**
 * A font of the form: cut down once, at start, to the characters that nearly every certificate needs.
 * Its codes are its glyph numbers, so that a text becomes codes by looking up.
 */
export interface BaseFont {
  readonly font: Font;
  readonly file: Buffer;
  /** Every glyph inside, with the character that it shows. */
  readonly glyphs: readonly { readonly glyph: number; readonly codePoint: number }[];
  /**
   * Code of a character by code point, as two bytes inside a literal string (ISO 32000-1, 7.3.4.2);
   * undefined when the font lacks it.
   */
  readonly codes: readonly (string | undefined)[];
  /** Width by code point, in thousandths of the font size. */
  readonly widths: readonly number[];
}

export function baseFont(font: Font): BaseFont {
  const glyphs = REPERTOIRE.map((character) => ({
    glyph: font.glyphOf(character),
    codePoint: character,
  })).filter(({ glyph }) => glyph !== 0);
  const codes: (string | undefined)[] = [];
  const widths: number[] = [];
  for (const { glyph, codePoint: character } of glyphs) {
    codes[character] = literal(glyph);
    widths[character] = font.widthOf(glyph);
  }
  return { font, file: font.subset(glyphs.map(({ glyph }) => glyph)), glyphs, codes, widths };
}

/** Two bytes, as characters of Latin-1; those that would end or change the string are escaped. */
function literal(code: number): string {
  const bytes = String.fromCharCode(code >> 8, code & 0xff);
  return bytes.replace(/[()\\]/g, "\\$&").replaceAll("\r", "\\r");
}

/** Whether the font has every character of a text. */
export function isCovered(text: string, { codes }: BaseFont): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (codes[text.charCodeAt(index)] === undefined) return false;
  }
  return true;
}
