import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as hb from "harfbuzzjs";
import { loadSubsetter, type Subset } from "./subsetter.ts";

const { resolve } = createRequire(import.meta.url);

const FILES = {
  sans: "@expo-google-fonts/noto-sans/400Regular/NotoSans_400Regular.ttf",
  bold: "@expo-google-fonts/noto-sans/700Bold/NotoSans_700Bold.ttf",
  arabic: "@expo-google-fonts/noto-sans-arabic/400Regular/NotoSansArabic_400Regular.ttf",
  chinese: "@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf",
  emoji: "@expo-google-fonts/noto-emoji/400Regular/NotoEmoji_400Regular.ttf",
  symbols: "@expo-google-fonts/noto-sans-symbols-2/400Regular/NotoSansSymbols2_400Regular.ttf",
} as const;

export type FontName = keyof typeof FILES;

/** A glyph as the shaper placed it; lengths in thousandths of the font size. */
export interface ShapedGlyph {
  readonly glyph: number;
  /** Index in the shaped text, in UTF-16 units, of the cluster that it belongs to. */
  readonly cluster: number;
  readonly advance: number;
  readonly dx: number;
  readonly dy: number;
}

/** Metrics of a FontDescriptor (ISO 32000-1, 9.8), in thousandths. */
interface FontMetrics {
  readonly ascent: number;
  readonly descent: number;
  readonly capHeight: number;
  readonly box: readonly [number, number, number, number];
}

/** A font of the npm packages, opened for measuring, shaping and cutting down. */
export interface Font {
  readonly name: FontName;
  readonly postScriptName: string;
  readonly metrics: FontMetrics;
  readonly subset: Subset;
  /** 0 when the font lacks the character. */
  glyphOf(codePoint: number): number;
  /** Natural width of a glyph, as its hmtx table says, in thousandths. */
  widthOf(glyph: number): number;
  shape(text: string, direction: "ltr" | "rtl"): ShapedGlyph[];
}

export type Fonts = Readonly<Record<FontName, Font>>;

/**
 * Opens the fonts of the form; the others when a text first asks for them, because few ever do and they
 * take 80 MB. They are read from the packages, nothing is taken from the system.
 */
export async function loadFonts(): Promise<Fonts> {
  const open = await loadSubsetter();
  const font = (name: FontName): Font => openFont(name, readFileSync(resolve(FILES[name])), open);
  const opened: Partial<Record<FontName, Font>> = {};
  return {
    sans: font("sans"),
    bold: font("bold"),
    get arabic() {
      return (opened.arabic ??= font("arabic"));
    },
    get chinese() {
      return (opened.chinese ??= font("chinese"));
    },
    get emoji() {
      return (opened.emoji ??= font("emoji"));
    },
    get symbols() {
      return (opened.symbols ??= font("symbols"));
    },
  };
}

function openFont(name: FontName, file: Buffer, open: (file: Buffer) => Subset): Font {
  const face = new hb.Face(new hb.Blob(new Uint8Array(file)));
  const font = new hb.Font(face);
  const scale = 1000 / face.upem;
  const widths = new Map<number, number>();
  return {
    name,
    postScriptName: FILES[name]
      .replace(/^.*\/|\.ttf$/g, "")
      .replace("_400", "-")
      .replace("_700", "-"),
    metrics: readMetrics(face, scale),
    subset: open(file),
    glyphOf: (codePoint) => font.nominalGlyph(codePoint) ?? 0,
    widthOf: (glyph) => {
      const known = widths.get(glyph);
      if (known !== undefined) return known;
      const width = font.glyphHAdvance(glyph) * scale;
      widths.set(glyph, width);
      return width;
    },
    shape: (text, direction) => {
      const buffer = new hb.Buffer();
      buffer.addText(text);
      buffer.guessSegmentProperties();
      buffer.setDirection(direction === "rtl" ? hb.Direction.RTL : hb.Direction.LTR);
      hb.shape(font, buffer);
      const positions = buffer.getGlyphPositions();
      return buffer.getGlyphInfos().map(({ codepoint, cluster }, index) => {
        const position = positions[index];
        return {
          glyph: codepoint,
          cluster,
          advance: (position?.xAdvance ?? 0) * scale,
          dx: (position?.xOffset ?? 0) * scale,
          dy: (position?.yOffset ?? 0) * scale,
        };
      });
    },
  };
}

function readMetrics(face: hb.Face, scale: number): FontMetrics {
  const table = (tag: string): DataView => {
    const bytes = face.referenceTable(tag) ?? new Uint8Array(128);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
  const [head, hhea, os2] = [table("head"), table("hhea"), table("OS/2")];
  const at = (view: DataView, offset: number): number => Math.round(view.getInt16(offset) * scale);
  return {
    ascent: at(hhea, 4),
    descent: at(hhea, 6),
    capHeight: at(os2, 88),
    box: [at(head, 36), at(head, 38), at(head, 40), at(head, 42)],
  };
}
