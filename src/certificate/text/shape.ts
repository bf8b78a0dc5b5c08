import bidiFactory, { type Bidi } from "bidi-js";
import type { BaseFont } from "./base-font.ts";
import { clustersOf, isNamed, type Cluster } from "./clusters.ts";
import type { ExtraFonts } from "./extra-fonts.ts";
import type { Font, Fonts, ShapedGlyph } from "./fonts.ts";
import { BASE_RESOURCES, type Style, type TextLine } from "./line.ts";

// The package is CommonJS with the typings of a module: what is imported is the factory itself.
const bidi = (bidiFactory as unknown as () => Bidi)();

export interface ShapeRequest {
  readonly paragraph: string;
  readonly face: BaseFont;
  readonly style: Style;
  /** Points. */
  readonly width: number;
  readonly fonts: Fonts;
  readonly extra: ExtraFonts;
}

/** A cluster that has been measured; lines are made of these. */
interface Piece {
  readonly cluster: Cluster;
  /** Embedding level of Unicode's bidirectional algorithm (UAX #9): odd runs right to left. */
  readonly level: number;
  /** Thousandths of the font size. */
  readonly width: number;
  /** Undefined: shown with the base font. */
  readonly glyphs: readonly ShapedGlyph[] | undefined;
  readonly mayBreakAfter: boolean;
}

/**
 * Lines of a paragraph with characters outside the base font: each cluster gets a font, runs of a font
 * are shaped as one, lines are broken, and each line is put in visual order.
 */
export function shapeParagraph(request: ShapeRequest): TextLine[] {
  const { paragraph, style, width } = request;
  const pieces = measure(request);
  const limit = (width * 1000) / style.size;
  const rows: Piece[][] = [];
  let row: Piece[] = [];
  let used = 0;
  for (const piece of pieces) {
    const isSpace = piece.cluster.text === " ";
    if (!isSpace && used + piece.width > limit && row.length > 0) {
      const rest = splitRow(row);
      rows.push(row);
      row = rest;
      used = rest.reduce((sum, one) => sum + one.width, 0);
    }
    row.push(piece);
    used += piece.width;
  }
  if (row.length > 0 || paragraph === "") rows.push(row);
  return rows.map((one) => showRow(one, request));
}

/** Cuts a full row at its last opportunity, and gives what goes to the next one. */
function splitRow(row: Piece[]): Piece[] {
  for (let index = row.length - 1; index >= 0; index -= 1) {
    if (row[index]?.mayBreakAfter) return row.splice(index + 1);
  }
  return [];
}

const BREAKS_ANYWHERE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Extended_Pictographic}]/u;

function measure({ paragraph, face, fonts }: ShapeRequest): Piece[] {
  const clusters = clustersOf(paragraph, face, fonts);
  // A name reads from left to right, and names stand in the order of what they name, in any script.
  const directed = clusters.map((one) => (isNamed(one) ? "U".repeat(one.text.length) : one.text));
  const { levels } = bidi.getEmbeddingLevels(directed.join(""), "auto");
  const pieces: Piece[] = [];
  let offset = 0;
  for (let index = 0; index < clusters.length;) {
    const level = levels[offset] ?? 0;
    const font = clusters[index]?.font;
    const run: Cluster[] = [];
    let length = 0;
    // One run: same font, same level; the shaper joins letters across it.
    for (; index < clusters.length; index += 1) {
      const cluster = clusters[index];
      if (!cluster || cluster.font !== font || (levels[offset + length] ?? 0) !== level) break;
      run.push(cluster);
      length += cluster.text.length;
    }
    pieces.push(...(font ? shapedRun(run, font, level) : plainRun(run, face, level)));
    offset += length;
  }
  return pieces;
}

function plainRun(run: readonly Cluster[], face: BaseFont, level: number): Piece[] {
  return run.map((cluster) => ({
    cluster,
    level,
    width: Array.from(cluster.printed).reduce(
      (sum, character) => sum + (face.widths[character.charCodeAt(0)] ?? 0),
      0,
    ),
    glyphs: undefined,
    mayBreakAfter: cluster.text === " ",
  }));
}

function shapedRun(run: readonly Cluster[], font: Font, level: number): Piece[] {
  const text = run.map((cluster) => cluster.text).join("");
  const glyphs = font.shape(text, level % 2 === 1 ? "rtl" : "ltr");
  const starts: number[] = [];
  run.reduce((start, cluster) => {
    starts.push(start);
    return start + cluster.text.length;
  }, 0);
  return run.map((cluster, index) => {
    const start = starts[index] ?? 0;
    const end = start + cluster.text.length;
    const own = glyphs.filter((glyph) => glyph.cluster >= start && glyph.cluster < end);
    return {
      cluster,
      level,
      width: own.reduce((sum, glyph) => sum + glyph.advance, 0),
      glyphs: own,
      mayBreakAfter: BREAKS_ANYWHERE.test(cluster.text) || cluster.text.trim() === "",
    };
  });
}

/** Visual order: from the highest level down, runs at that level or above are turned (UAX #9, L2). */
function visualOrder(row: readonly Piece[]): Piece[] {
  const order = [...row];
  const highest = Math.max(0, ...row.map(({ level }) => level));
  for (let level = highest; level > 0; level -= 1) {
    for (let start = 0; start < order.length; start += 1) {
      if ((order[start]?.level ?? 0) < level) continue;
      let end = start;
      while (end < order.length && (order[end]?.level ?? 0) >= level) end += 1;
      order.splice(start, end - start, ...order.slice(start, end).reverse());
      start = end;
    }
  }
  return order;
}

function showRow(row: readonly Piece[], { face, style, extra }: ShapeRequest): TextLine {
  const operators: string[] = [];
  let current = "";
  const select = (resource: string): void => {
    if (resource === current) return;
    operators.push(`/${resource} ${style.size} Tf`);
    current = resource;
  };
  for (const piece of visualOrder(row)) {
    const { cluster, glyphs } = piece;
    if (!glyphs) {
      select(BASE_RESOURCES[style.weight]);
      const codes = Array.from(cluster.printed, (one) => face.codes[one.charCodeAt(0)] ?? "");
      const show = `(${codes.join("")}) Tj`;
      operators.push(isNamed(cluster) ? withText(cluster.text, show) : show);
    } else if (glyphs.length > 0) {
      const shown = showGlyphs(glyphs, piece, extra, select, style.size);
      operators.push(glyphs.length > 1 ? withText(cluster.text, shown) : shown);
    }
  }
  const width = row.reduce((sum, piece) => sum + piece.width, 0);
  return { operators: operators.join(" "), width: (width * style.size) / 1000 };
}

/** What a reader copies from the operators (ISO 32000-1, 14.9.4). */
function withText(text: string, operators: string): string {
  const hexadecimal = Buffer.from(text, "utf16le").swap16().toString("hex");
  return `/Span <</ActualText <feff${hexadecimal}>>> BDC ${operators} EMC`;
}

function showGlyphs(
  glyphs: readonly ShapedGlyph[],
  { cluster }: Piece,
  extra: ExtraFonts,
  select: (resource: string) => void,
  size: number,
): string {
  const { font } = cluster;
  if (!font) return "";
  const shown = glyphs.map(({ glyph, advance, dx, dy }, index) => {
    const { code, resource } = extra.use(font, glyph, index === 0 ? cluster.text : "");
    select(resource);
    // TJ moves back by its numbers: first to the glyph's own place, then to where the next begins.
    const after = font.widthOf(glyph) + dx - advance;
    const moved = `[${number(-dx)} <${code}> ${number(after)}] TJ`;
    return dy === 0 ? moved : `${number((dy * size) / 1000)} Ts ${moved} 0 Ts`;
  });
  return shown.join(" ");
}

function number(value: number): string {
  return String(Math.round(value * 100) / 100);
}
