import { isCovered, type BaseFont } from "./base-font.ts";
import type { Font, FontName, Fonts, ShapedGlyph } from "./fonts.ts";

/** What a reader sees as one character, and the font that shows it. */
export interface Cluster {
  readonly text: string;
  /** Undefined: the base font, character by character. */
  readonly font: Font | undefined;
  /** What is printed instead when no font has it; `text` is what a reader copies. */
  readonly printed: string;
}

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });
const EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u;
/** Marks that say how to draw the character before; emoji fonts know it anyway. */
const PRESENTATION = /[\ufe0e\ufe0f]/g;
const INVISIBLE = /^[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]+$/u;

/** Splits a paragraph into clusters, each with the first font that covers it. */
export function clustersOf(paragraph: string, face: BaseFont, fonts: Fonts): Cluster[] {
  return Array.from(graphemes.segment(paragraph), ({ segment }) => {
    if (isCovered(segment, face)) return { text: segment, font: undefined, printed: segment };
    const font = INVISIBLE.test(segment) ? undefined : fontFor(segment, fonts);
    return { text: segment, font, printed: font ? segment : nameOf(segment) };
  });
}

function fontFor(cluster: string, fonts: Fonts): Font | undefined {
  const stack: readonly FontName[] = EMOJI.test(cluster)
    ? ["emoji", "symbols", "sans", "chinese"]
    : ["sans", "arabic", "chinese", "symbols", "emoji"];
  const name = stack.find((candidate) => covers(fonts[candidate], cluster));
  return name && fonts[name];
}

/** Cheap first: a font without the leading character is not asked to shape. */
function covers(font: Font, cluster: string): boolean {
  if (font.glyphOf(cluster.codePointAt(0) ?? 0) === 0) return false;
  const visible = font.name === "emoji" ? cluster : cluster.replace(PRESENTATION, "");
  return font.shape(visible, "ltr").every(({ glyph }: ShapedGlyph) => glyph !== 0);
}

/** Whether no font has it, and its name is printed instead. */
export function isNamed({ text, printed }: Cluster): boolean {
  return printed !== text;
}

/** `[U+0B95]`: never a box, never nothing. */
export function nameOf(cluster: string): string {
  const names = Array.from(cluster, (character) => {
    const hexadecimal = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
    return `U+${hexadecimal.padStart(4, "0")}`;
  });
  return `[${names.join(" ")}]`;
}
