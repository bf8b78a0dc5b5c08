import {
  PDFArray,
  PDFDocument,
  PDFHexString,
  PDFRef,
  PDFString,
  type PDFContext,
} from "@cantoo/pdf-lib";
import type { BaseFont } from "../text/base-font.ts";
import { BASE_RESOURCES } from "../text/line.ts";
import type { Typefaces } from "../text/typesetter.ts";
import { descriptorEntries, subsetName, toUnicode, widthRuns } from "./font-objects.ts";
import { srgbProfile } from "./srgb-profile.ts";
import { reference } from "./syntax.ts";
import type { Revision } from "./update.ts";

/** A4 in points. */
export const PAGE = { width: 595.28, height: 841.89 } as const;

const ID_LENGTH = 32;

/**
 * What all certificates share, as the bytes of a small PDF: fonts, colour profile, an empty page. It is
 * built once; a certificate is these bytes and one incremental update with what varies.
 */
export interface Form {
  readonly catalog: number;
  readonly pages: number;
  readonly firstPage: number;
  readonly outputIntent: number;
  /** `/F1 5 0 R /F2 9 0 R` */
  readonly fontResources: string;
  /** The first revision of a document; the id becomes both halves of its /ID. */
  open(id: Buffer): Revision;
}

export async function buildForm({ base }: Typefaces): Promise<Form> {
  const pdf = await PDFDocument.create({ updateMetadata: false });
  const { context } = pdf;
  const page = pdf.addPage([PAGE.width, PAGE.height]);
  const fonts = {
    regular: embed(context, base.regular, "AAAAAA"),
    bold: embed(context, base.bold, "AAAAAB"),
  };
  const profile = context.register(context.flateStream(srgbProfile(), { N: 3 }));
  const outputIntent = context.register(
    context.obj({
      Type: "OutputIntent",
      S: "GTS_PDFA1",
      OutputConditionIdentifier: PDFString.of("sRGB"),
      Info: PDFString.of("sRGB IEC61966-2-1"),
      DestOutputProfile: profile,
    }),
  );
  pdf.catalog.set(context.obj("OutputIntents"), context.obj([outputIntent]));
  const placeholder = PDFHexString.of("0".repeat(ID_LENGTH));
  const id = PDFArray.withContext(context);
  id.push(placeholder);
  id.push(placeholder);
  context.trailerInfo.ID = id;
  const { Root: root } = context.trailerInfo;
  if (!(root instanceof PDFRef)) throw new Error("the library gave the form no catalog");
  const bytes = Buffer.from(await pdf.save({ useObjectStreams: true, addDefaultPage: false }));
  return {
    catalog: root.objectNumber,
    pages: refOf(pdf, "Pages"),
    firstPage: page.ref.objectNumber,
    outputIntent: outputIntent.objectNumber,
    fontResources: [
      `/${BASE_RESOURCES.regular} ${reference(fonts.regular.objectNumber)}`,
      `/${BASE_RESOURCES.bold} ${reference(fonts.bold.objectNumber)}`,
    ].join(""),
    open: opener(bytes, root.objectNumber),
  };
}

function refOf(pdf: PDFDocument, key: string): number {
  const value = pdf.catalog.get(pdf.context.obj(key));
  if (!(value instanceof PDFRef)) throw new Error(`the library gave the form no ${key}`);
  return value.objectNumber;
}

function embed(context: PDFContext, { font, file, glyphs }: BaseFont, prefix: string): PDFRef {
  const name = subsetName(font, prefix);
  const codes = glyphs.map(({ glyph, codePoint }) => ({
    code: glyph,
    glyph,
    text: String.fromCodePoint(codePoint),
  }));
  const fontFile = context.register(context.flateStream(file, { Length1: file.length }));
  const descriptor = context.register(
    context.obj({
      ...(descriptorEntries(font, name) as Record<string, never>),
      FontFile2: fontFile,
    }),
  );
  const descendant = context.register(
    context.obj({
      Type: "Font",
      Subtype: "CIDFontType2",
      BaseFont: name,
      CIDSystemInfo: {
        Registry: PDFString.of("Adobe"),
        Ordering: PDFString.of("Identity"),
        Supplement: 0,
      },
      CIDToGIDMap: "Identity",
      FontDescriptor: descriptor,
      W: widthRuns(font, codes),
    }),
  );
  return context.register(
    context.obj({
      Type: "Font",
      Subtype: "Type0",
      BaseFont: name,
      Encoding: "Identity-H",
      DescendantFonts: [descendant],
      ToUnicode: context.register(context.flateStream(toUnicode(codes))),
    }),
  );
}

/** The id has a fixed length, so that it can be written over the placeholder in a copy of the bytes. */
function opener(bytes: Buffer, root: number): Form["open"] {
  const placeholder = `<${"0".repeat(ID_LENGTH)}>`;
  const first = bytes.indexOf(placeholder);
  const second = bytes.indexOf(placeholder, first + 1);
  const size = /\/Size (\d+)/.exec(bytes.toString("latin1"))?.[1];
  const xref = /startxref\s+(\d+)\s+%%EOF\s*$/.exec(bytes.toString("latin1"))?.[1];
  if (first < 0 || second < 0 || size === undefined || xref === undefined) {
    throw new Error("the library wrote the form in a way that is not understood");
  }
  return (id) => {
    const copy = Buffer.from(bytes);
    const hexadecimal = id.subarray(0, ID_LENGTH / 2).toString("hex");
    copy.write(hexadecimal, first + 1, "latin1");
    copy.write(hexadecimal, second + 1, "latin1");
    return {
      bytes: copy,
      xref: Number(xref),
      nextObject: Number(size),
      id: `[<${hexadecimal}><${hexadecimal}>]`,
      root,
    };
  };
}
