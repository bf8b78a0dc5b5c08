import { isCovered, type BaseFont } from "./base-font.ts";
import { clustersOf, isNamed } from "./clusters.ts";
import { createExtraFonts, type ExtraFonts } from "./extra-fonts.ts";
import type { Fonts } from "./fonts.ts";
import { BASE_RESOURCES, type Style, type TextLine, type Weight } from "./line.ts";
import { shapeParagraph } from "./shape.ts";

/** What all documents share. */
export interface Typefaces {
  readonly fonts: Fonts;
  readonly base: Readonly<Record<Weight, BaseFont>>;
}

/** Turns text into lines of glyphs. One for each document. */
export interface Typesetter {
  readonly extra: ExtraFonts;
  /** Lines that fit the width, in points. A line feed begins a new line. */
  lines(text: string, style: Style, width: number): readonly TextLine[];
  /** The whole text in one line, whatever its width. */
  line(text: string, style: Style): TextLine;
  /** Whether a text has characters that are printed by their names, as `[U+0B95]`. */
  hasNames(text: string, weight: Weight): boolean;
}

const SPACE = 0x20;

/** Longer texts are those of messages: they do not come again. */
const LONGEST_REMEMBERED = 600;
const MOST_REMEMBERED = 1_000;
const remembered = new WeakMap<BaseFont, Map<string, readonly TextLine[]>>();

export function createTypesetter({ fonts, base }: Typefaces): Typesetter {
  const extra = createExtraFonts();

  function lines(text: string, style: Style, width: number): readonly TextLine[] {
    const face = base[style.weight];
    const memory = remembered.get(face) ?? new Map<string, readonly TextLine[]>();
    remembered.set(face, memory);
    const key = `${style.size}/${width}/${text}`;
    const known = text.length > LONGEST_REMEMBERED ? undefined : memory.get(key);
    if (known) return known;
    let isPlain = true as boolean;
    const made = text
      .replaceAll("\r\n", "\n")
      .split("\n")
      .flatMap((paragraph) => {
        if (isCovered(paragraph, face)) return plainLines(paragraph, face, style, width);
        isPlain = false;
        return shapeParagraph({ paragraph, face, style, width, fonts, extra });
      });
    if (isPlain && text.length <= LONGEST_REMEMBERED) {
      if (memory.size >= MOST_REMEMBERED) memory.clear();
      memory.set(key, made);
    }
    return made;
  }

  return {
    extra,
    lines,
    hasNames: (text, weight) =>
      !isCovered(text, base[weight]) &&
      text
        .split(/\r?\n/)
        .some((paragraph) => clustersOf(paragraph, base[weight], fonts).some(isNamed)),
    line: (text, style) => lines(text, style, Infinity)[0] ?? { operators: "", width: 0 },
  };
}

/** Breaks at spaces, and inside a word only when it is longer than a line. */
function plainLines(text: string, face: BaseFont, style: Style, width: number): TextLine[] {
  const limit = (width * 1000) / style.size;
  const found: TextLine[] = [];
  let start = 0;
  let breakAfter = -1;
  let used = 0;
  let usedAtBreak = 0;
  const close = (end: number, length: number): void => {
    found.push(plainLine(text, start, end, length, face, style));
  };
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    used += face.widths[code] ?? 0;
    if (code === SPACE) {
      breakAfter = index;
      usedAtBreak = used;
    } else if (used > limit && index > start) {
      if (breakAfter >= start) {
        close(breakAfter, usedAtBreak - (face.widths[SPACE] ?? 0));
        start = breakAfter + 1;
        used -= usedAtBreak;
      } else {
        const length = used - (face.widths[code] ?? 0);
        close(index, length);
        start = index;
        used -= length;
      }
      breakAfter = -1;
    }
  }
  close(text.length, used);
  return found;
}

function plainLine(
  text: string,
  start: number,
  end: number,
  length: number,
  face: BaseFont,
  style: Style,
): TextLine {
  let codes = "";
  for (let index = start; index < end; index += 1)
    codes += face.codes[text.charCodeAt(index)] ?? "";
  const font = `/${BASE_RESOURCES[style.weight]} ${style.size} Tf`;
  return {
    operators: codes === "" ? "" : `${font} (${codes}) Tj`,
    width: (length * style.size) / 1000,
  };
}
