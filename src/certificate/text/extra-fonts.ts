import type { Font, FontName } from "./fonts.ts";

/** A glyph in one document: which text it stands for decides its code. */
interface ExtraGlyph {
  readonly code: number;
  readonly glyph: number;
  /** What a reader copies; empty for a glyph that only completes the one before. */
  readonly text: string;
}

export interface ExtraFont {
  readonly font: Font;
  /** Name in the resources of the pages. */
  readonly resource: string;
  readonly glyphs: readonly ExtraGlyph[];
}

/**
 * The fonts that one document needs besides those of the form. A glyph gets a code for each text that
 * it stands for, so that copying gives the text back.
 */
export interface ExtraFonts {
  /** The code of a glyph, in hexadecimal, and the resource name of its font. */
  use(
    font: Font,
    glyph: number,
    text: string,
  ): { readonly code: string; readonly resource: string };
  all(): readonly ExtraFont[];
}

export function createExtraFonts(): ExtraFonts {
  const used = new Map<FontName, ExtraFont & { readonly glyphs: ExtraGlyph[] }>();
  const codes = new Map<string, string>();
  return {
    use(font, glyph, text) {
      const entry = used.get(font.name) ?? { font, resource: `X${used.size + 1}`, glyphs: [] };
      used.set(font.name, entry);
      const key = `${font.name}/${glyph}/${text}`;
      const known = codes.get(key);
      if (known !== undefined) return { code: known, resource: entry.resource };
      const next = entry.glyphs.length + 1;
      entry.glyphs.push({ code: next, glyph, text });
      const code = next.toString(16).padStart(4, "0");
      codes.set(key, code);
      return { code, resource: entry.resource };
    },
    all: () => [...used.values()],
  };
}
