import {
  PDFArray,
  PDFDict,
  PDFDocument,
  PDFHexString,
  PDFName,
  PDFNumber,
  PDFRawStream,
  PDFRef,
  PDFString,
  decodePDFRawStream,
  type PDFObject,
} from "@cantoo/pdf-lib";

/**
 * Looks for the traps of PDF/A-3 and PDF/UA-1 that a certificate could fall into (ISO 19005-3 and ISO
 * 14289-1), and answers a line for each fault with the clause that it breaks. No validator; a tripwire.
 */
export async function lintPdf(bytes: Buffer): Promise<string[]> {
  const faults: string[] = [];
  const check = (holds: boolean, fault: string): void => {
    if (!holds) faults.push(fault);
  };
  const text = bytes.toString("latin1");
  check(/^%PDF-1\.7\n%[\x80-\xff]{4}/.test(text), "6.1.2 header");
  check(text.endsWith("%%EOF\n"), "6.1.3 bytes after the end");
  check(
    /\/ID \[<[0-9a-f]{32}><[0-9a-f]{32}>\]/.test(text.slice(-700)),
    "6.1.3 no ID in the trailer",
  );

  const pdf = await PDFDocument.load(bytes, { updateMetadata: false });
  const { catalog, context } = pdf;
  const at = (dictionary: PDFDict, ...path: string[]): PDFObject | undefined => {
    let found: PDFObject | undefined = dictionary;
    for (const key of path) {
      found = found instanceof PDFDict ? context.lookup(found.get(PDFName.of(key))) : undefined;
    }
    return found;
  };
  const name = (dictionary: PDFDict, ...path: string[]): string => {
    const found = at(dictionary, ...path);
    return found instanceof PDFName ? found.asString() : "";
  };
  const dictionaries = context
    .enumerateIndirectObjects()
    .map(([, object]) => (object instanceof PDFRawStream ? object.dict : object))
    .filter((object) => object instanceof PDFDict);
  const ofType = (type: string): PDFDict[] =>
    dictionaries.filter((one) => name(one, "Type") === `/${type}`);

  const metadata = at(catalog, "Metadata");
  const xmp =
    metadata instanceof PDFRawStream ? Buffer.from(metadata.contents).toString("utf8") : "";
  check(xmp.includes("<pdfaid:part>3</pdfaid:part>"), "6.6.4 pdfaid:part");
  check(xmp.includes("<pdfaid:conformance>A</pdfaid:conformance>"), "6.6.4 pdfaid:conformance");
  check(xmp.includes("pdfaExtension:schemas"), "6.6.2.3 extension schema of pdfuaid");
  check(xmp.includes("<pdfuaid:part>1</pdfuaid:part>"), "UA 5 pdfuaid:part");
  check(xmp.includes("<dc:title>"), "UA 7.1 dc:title");
  check(at(catalog, "OutputIntents") instanceof PDFArray, "6.2.4.3 no output intent");
  check(at(catalog, "Lang") !== undefined, "6.7.4 no language");
  check(at(catalog, "MarkInfo", "Marked")?.toString() === "true", "6.7.2 not marked");
  check(at(catalog, "StructTreeRoot", "ParentTree") !== undefined, "6.7.3 no structure");
  const title = at(catalog, "ViewerPreferences", "DisplayDocTitle");
  check(title?.toString() === "true", "UA 7.1 title not shown");
  for (const page of ofType("Page")) {
    check(name(page, "Tabs") === "/S", "UA 7.18.3 order of tabs");
    check(at(page, "StructParents") instanceof PDFNumber, "6.7.3 page outside the structure");
  }

  for (const font of ofType("Font")) {
    const { BaseFont: base } = { BaseFont: name(font, "BaseFont") };
    check(/^\/[A-Z]{6}\+/.test(base), `6.2.11.4 ${base} is not a named subset`);
    if (name(font, "Subtype") === "/Type0") {
      check(at(font, "ToUnicode") instanceof PDFRawStream, `6.2.11.7 ${base} has no ToUnicode`);
      continue;
    }
    const file = at(font, "FontDescriptor", "FontFile2");
    check(file instanceof PDFRawStream, `6.2.11.4 ${base} is not embedded`);
    const map = at(font, "CIDToGIDMap");
    check(map !== undefined, `6.2.11.3 ${base} has no CIDToGIDMap`);
    if (!(file instanceof PDFRawStream)) continue;
    const widths = at(font, "W");
    const glyphs =
      map instanceof PDFRawStream ? Buffer.from(decodePDFRawStream(map).decode()) : null;
    const program = Buffer.from(decodePDFRawStream(file).decode());
    const wrong = widths instanceof PDFArray ? wrongWidths(program, widths, glyphs) : ["no W"];
    check(wrong.length === 0, `6.2.11.5 ${base} widths: ${wrong.slice(0, 3).join(", ")}`);
  }

  const images = dictionaries.filter((one) => name(one, "Subtype") === "/Image");
  for (const image of images) {
    const space = name(image, "ColorSpace");
    check(/^\/Device(RGB|Gray)$/.test(space), `6.2.4.3 an image in ${space}`);
    check(at(image, "SMask") === undefined && at(image, "Alternates") === undefined, "6.2.8 image");
  }
  const figures = ofType("StructElem").filter((one) => name(one, "S") === "/Figure");
  check(figures.length === images.length, "UA 7.3 an image outside the structure");
  for (const figure of figures) {
    const alternative = at(figure, "Alt");
    check(alternative instanceof PDFHexString, "UA 7.3 a figure without words");
    check(at(figure, "A", "BBox") instanceof PDFArray, "UA 7.3 a figure without its box");
  }

  for (const file of ofType("Filespec")) {
    const has = ["F", "UF", "Desc", "AFRelationship"].every((key) => at(file, key) !== undefined);
    check(has, "6.8 file without F, UF, Desc or AFRelationship");
    const embedded = at(file, "EF", "F");
    const subtype = embedded instanceof PDFRawStream ? name(embedded.dict, "Subtype") : "";
    check(/^\/(application|text)#2F/.test(subtype), `6.8 media type ${subtype}`);
  }
  check(at(catalog, "AF") instanceof PDFArray, "6.8 no AF");
  check(at(catalog, "Names", "EmbeddedFiles") !== undefined, "6.8 files not named");
  for (const field of dictionaries.filter((one) => name(one, "Subtype") === "/Widget")) {
    check(at(field, "F")?.toString() === "132", "6.3.2 the widget would not print");
    const label = at(field, "TU");
    check(label instanceof PDFHexString || label instanceof PDFString, "UA 7.18.4 no TU");
    check(!(field.get(PDFName.of("Parent")) instanceof PDFRef), "one field, one widget");
  }
  for (const seal of ofType("Sig")) {
    check(name(seal, "SubFilter") === "/ETSI.CAdES.detached", "PAdES SubFilter");
    check(at(seal, "M") !== undefined && at(seal, "Cert") === undefined, "PAdES M, no Cert");
  }
  return faults;
}

/** Codes whose width differs from the hmtx table by more than a thousandth, or that show glyph 0. */
function wrongWidths(program: Buffer, widths: PDFArray, glyphs: Buffer | null): string[] {
  const tables = new Map<string, number>();
  for (let index = 0; index < program.readUInt16BE(4); index += 1) {
    const entry = 12 + index * 16;
    tables.set(program.toString("latin1", entry, entry + 4), program.readUInt32BE(entry + 8));
  }
  const offset = (table: string): number => tables.get(table) ?? 0;
  const unitsPerEm = program.readUInt16BE(offset("head") + 18);
  const longMetrics = program.readUInt16BE(offset("hhea") + 34);
  const wrong: string[] = [];
  for (let index = 0; index + 1 < widths.size(); index += 2) {
    const first = widths.lookup(index, PDFNumber).asNumber();
    const run = widths.lookup(index + 1, PDFArray);
    for (let step = 0; step < run.size(); step += 1) {
      const code = first + step;
      const glyph = glyphs ? glyphs.readUInt16BE(code * 2) : code;
      const row = Math.min(glyph, longMetrics - 1);
      const natural = (program.readUInt16BE(offset("hmtx") + row * 4) * 1000) / unitsPerEm;
      const written = run.lookup(step, PDFNumber).asNumber();
      if (Math.abs(natural - written) > 1 || glyph === 0) {
        wrong.push(`code ${code}: ${written}, hmtx ${natural}`);
      }
    }
  }
  return wrong;
}
