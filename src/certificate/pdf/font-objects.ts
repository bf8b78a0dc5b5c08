import type { Font } from "../text/fonts.ts";

/** What a code of a font shows and stands for. */
export interface FontCode {
  readonly code: number;
  readonly glyph: number;
  readonly text: string;
}

/** FontDescriptor of a TrueType font (ISO 32000-1, 9.8). */
export function descriptorEntries(font: Font, subsetName: string): Record<string, unknown> {
  const { ascent, descent, capHeight, box } = font.metrics;
  return {
    Type: "FontDescriptor",
    FontName: subsetName,
    // 4: symbolic; the codes are glyph numbers and no encoding is meant.
    Flags: 4,
    FontBBox: [...box],
    ItalicAngle: 0,
    Ascent: ascent,
    Descent: descent,
    CapHeight: capHeight,
    StemV: font.name === "bold" ? 140 : 80,
  };
}

/** Six letters before the name of a font that is cut down (ISO 32000-1, 9.6.4). */
export function subsetName(font: Font, prefix: string): string {
  return `${prefix}+${font.postScriptName}`;
}

/**
 * Widths by code, in runs (ISO 32000-1, 9.7.4.3). They are those of the hmtx table to the thousandth,
 * because PDF/A compares them (ISO 19005-3, 6.2.11.5).
 */
export function widthRuns(font: Font, codes: readonly FontCode[]): (number | number[])[] {
  const runs: (number | number[])[] = [];
  let previous = -2;
  for (const { code, glyph } of [...codes].sort((a, b) => a.code - b.code)) {
    const width = Math.round(font.widthOf(glyph) * 1000) / 1000;
    const last = runs.at(-1);
    if (code === previous + 1 && Array.isArray(last)) last.push(width);
    else runs.push(code, [width]);
    previous = code;
  }
  return runs;
}

const LARGEST_BLOCK = 100;

/** ToUnicode CMap (ISO 32000-1, 9.10.3). A code that stands for nothing maps to a zero width space. */
export function toUnicode(codes: readonly FontCode[]): Buffer {
  const lines = codes.map(({ code, text }) => {
    const target = Buffer.from(text === "" ? "\u200b" : text, "utf16le")
      .swap16()
      .toString("hex");
    return `<${code.toString(16).padStart(4, "0")}> <${target}>`;
  });
  const blocks: string[] = [];
  for (let start = 0; start < lines.length; start += LARGEST_BLOCK) {
    const block = lines.slice(start, start + LARGEST_BLOCK);
    blocks.push(`${block.length} beginbfchar\n${block.join("\n")}\nendbfchar`);
  }
  return Buffer.from(
    `/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <ffff>
endcodespacerange
${blocks.join("\n")}
endcmap
CMapName currentdict /CMap defineresource pop
end
end
`,
    "latin1",
  );
}
