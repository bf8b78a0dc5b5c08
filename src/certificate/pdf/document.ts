import type { Logo } from "../../domain/logo.ts";
import type { ExtraFont } from "../text/extra-fonts.ts";
import { descriptorEntries, subsetName, toUnicode, widthRuns } from "./font-objects.ts";
import { PAGE, type Form } from "./form.ts";
import { xmpPacket, type DocumentMetadata } from "./metadata.ts";
import { writeStructure, type StructureElement } from "./structure.ts";
import { dateString, name, reference, stream, textString } from "./syntax.ts";
import { Update, type Revision } from "./update.ts";

/** A file that travels inside the document (ISO 19005-3, 6.8). */
interface Attachment {
  readonly name: string;
  readonly mediaType: string;
  readonly description: string;
  readonly relationship: "Data" | "Source" | "Supplement";
  readonly content: Buffer;
}

/** Everything that varies from one certificate to the next. */
export interface DocumentContent {
  /** 16 bytes or more that name the document. */
  readonly id: Buffer;
  readonly metadata: DocumentMetadata;
  /** PDF operators of each page. */
  readonly pages: readonly string[];
  /** Drawings in a square of side 1, named S1, S2 … on every page. */
  readonly shapes: readonly string[];
  /** Named I1, I2 … on every page. */
  readonly images: readonly Logo[];
  readonly structure: StructureElement;
  readonly extraFonts: readonly ExtraFont[];
  readonly attachments: readonly Attachment[];
  readonly seal: SealPlace;
}

/** Where the seal will be, and what the document says of it. */
interface SealPlace {
  readonly at: Date;
  readonly by: string;
  readonly reason: string;
  /** What a screen reader says of the field. */
  readonly fieldName: string;
  /** Room for the CMS, in bytes. */
  readonly room: number;
}

/** A document with a hole for its seal. */
export interface Unsealed {
  readonly revision: Revision;
  /** Where the hexadecimal of the CMS goes; the `<` stands just before, the `>` just after. */
  readonly hole: { readonly start: number; readonly length: number };
}

const RANGE = "[0 0000000000 0000000000 0000000000]";

/** Fills the form: one incremental update with everything that varies. */
export function fillForm(form: Form, content: DocumentContent): Unsealed {
  const update = new Update(form.open(content.id));
  const extra = content.extraFonts.map((font) => writeExtraFont(update, font));
  const shapes = content.shapes.map((operators, index) => {
    const form = "/Type/XObject/Subtype/Form/BBox[0 0 1 1]/Resources<<>>";
    return `/S${index + 1} ${reference(update.add(...stream(form, Buffer.from(operators, "latin1"))))}`;
  });
  const images = content.images.map((image, index) => {
    return `/I${index + 1} ${reference(writeImage(update, image))}`;
  });
  const resources = `<</Font<<${form.fontResources}${extra.join("")}>>/XObject<<${shapes.join("")}${images.join("")}>>>>`;
  const pageObjects = content.pages.map((_, index) =>
    index === 0 ? form.firstPage : update.reserve(),
  );
  const field = update.reserve();
  for (const [index, operators] of content.pages.entries()) {
    const contents = update.add(...stream("", Buffer.from(operators, "latin1")));
    const annotations = index === 0 ? `/Annots[${reference(field)}]` : "";
    update.put(
      pageObjects[index] ?? 0,
      `<</Type/Page/Parent ${reference(form.pages)}/MediaBox[0 0 ${PAGE.width} ${PAGE.height}]` +
        `/Resources ${resources}/Contents ${reference(contents)}/StructParents ${index}/Tabs/S${annotations}>>`,
    );
  }
  const kids = pageObjects.map(reference).join(" ");
  update.put(form.pages, `<</Type/Pages/Kids[${kids}]/Count ${pageObjects.length}>>`);

  const structure = {
    ...content.structure,
    children: [
      ...content.structure.children,
      { role: "Form" as const, children: [{ object: field, page: 0 }] },
    ],
  };
  const tree = writeStructure(update, structure, pageObjects);
  const metadata = update.add(
    ...stream("/Type/Metadata/Subtype/XML", xmpPacket(content.metadata), { compress: false }),
  );
  const files = content.attachments.map((file) => ({
    file,
    object: writeAttachment(update, file, content.metadata.createdAt),
  }));
  const signature = update.reserve();
  update.put(
    field,
    `<</Type/Annot/Subtype/Widget/FT/Sig/T${textString("Segell")}/TU${textString(content.seal.fieldName)}` +
      `/Rect[0 0 0 0]/F 132/P ${reference(form.firstPage)}/V ${reference(signature)}` +
      `/StructParent ${pageObjects.length}>>`,
  );
  const hole = writeSealPlace(update, signature, content.seal);
  update.put(form.catalog, catalog({ form, content, tree, metadata, field, files }));
  const revision = update.finish(form.catalog);
  writeByteRange(revision.bytes, hole);
  return { revision, hole: { start: hole.start, length: hole.length } };
}

interface CatalogParts {
  readonly form: Form;
  readonly content: DocumentContent;
  readonly tree: number;
  readonly metadata: number;
  readonly field: number;
  readonly files: readonly { readonly file: Attachment; readonly object: number }[];
}

function catalog({ form, content, tree, metadata, field, files }: CatalogParts): string {
  const names = files.map(({ file, object }) => `${textString(file.name)} ${reference(object)}`);
  const associated = files.map(({ object }) => reference(object)).join(" ");
  const attached =
    files.length === 0
      ? ""
      : `/AF[${associated}]/Names<</EmbeddedFiles<</Names[${names.join(" ")}]>>>>`;
  return (
    `<</Type/Catalog/Pages ${reference(form.pages)}/Metadata ${reference(metadata)}` +
    `/OutputIntents[${reference(form.outputIntent)}]/Lang${textString(content.metadata.language)}` +
    `/MarkInfo<</Marked true>>/StructTreeRoot ${reference(tree)}` +
    `/Extensions<</ESIC<</BaseVersion/1.7/ExtensionLevel 1>>>>` +
    `/ViewerPreferences<</DisplayDocTitle true>>` +
    `/AcroForm<</Fields[${reference(field)}]/SigFlags 3>>${attached}>>`
  );
}

function writeExtraFont(update: Update, { font, resource, glyphs }: ExtraFont): string {
  const name = subsetName(font, "AAAAAC");
  const file = font.subset(glyphs.map(({ glyph }) => glyph));
  const fontFile = update.add(...stream(`/Length1 ${file.length}`, file));
  const descriptor = update.add(
    dictionary({ ...descriptorEntries(font, name), FontFile2: reference(fontFile) }),
  );
  const map = Buffer.alloc((glyphs.length + 1) * 2);
  for (const { code, glyph } of glyphs) map.writeUInt16BE(glyph, code * 2);
  const toGlyphs = update.add(...stream("", map));
  const widths = widthRuns(font, glyphs).map((run) =>
    Array.isArray(run) ? `[${run.join(" ")}]` : run,
  );
  const descendant = update.add(
    `<</Type/Font/Subtype/CIDFontType2/BaseFont/${name}` +
      `/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>` +
      `/CIDToGIDMap ${reference(toGlyphs)}/FontDescriptor ${reference(descriptor)}/W[${widths.join(" ")}]>>`,
  );
  const unicode = update.add(...stream("", toUnicode(glyphs)));
  const object = update.add(
    `<</Type/Font/Subtype/Type0/BaseFont/${name}/Encoding/Identity-H` +
      `/DescendantFonts[${reference(descendant)}]/ToUnicode ${reference(unicode)}>>`,
  );
  return `/${resource} ${reference(object)}`;
}

/** The colours of an image are those of the output intent, sRGB, or grey (ISO 19005-3, 6.2.4.3). */
function writeImage(update: Update, { width, height, colour, samples }: Logo): number {
  const space = colour === "grey" ? "DeviceGray" : "DeviceRGB";
  return update.add(
    `<</Type/XObject/Subtype/Image/Width ${width}/Height ${height}/ColorSpace/${space}` +
      `/BitsPerComponent 8/Filter/FlateDecode/Length ${samples.length}>>\nstream\n`,
    samples,
    "\nendstream",
  );
}

/** A flat dictionary; strings are names, unless they are references. */
function dictionary(entries: Record<string, unknown>): string {
  const written = Object.entries(entries).map(([key, value]) => {
    if (Array.isArray(value)) return `/${key}[${value.join(" ")}]`;
    if (typeof value === "string" && !value.endsWith(" R")) return `/${key}/${value}`;
    return `/${key} ${String(value)}`;
  });
  return `<<${written.join("")}>>`;
}

function writeAttachment(update: Update, file: Attachment, at: Date): number {
  const embedded = update.add(
    ...stream(
      `/Type/EmbeddedFile/Subtype${name(file.mediaType)}` +
        `/Params<</Size ${file.content.length}/ModDate${dateString(at)}>>`,
      file.content,
    ),
  );
  const fileName = textString(file.name);
  return update.add(
    `<</Type/Filespec/F${fileName}/UF${fileName}/AFRelationship/${file.relationship}` +
      `/Desc${textString(file.description)}/EF<</F ${reference(embedded)}/UF ${reference(embedded)}>>>>`,
  );
}

interface Hole {
  readonly start: number;
  readonly length: number;
  readonly range: number;
}

/** The signature dictionary of PAdES (ETSI EN 319 142-1, 6.3), in the open: its bytes are filled in. */
function writeSealPlace(update: Update, object: number, seal: SealPlace): Hole {
  const head =
    `<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M${dateString(seal.at)}` +
    `/Name${textString(seal.by)}/Reason${textString(seal.reason)}/ByteRange`;
  const length = seal.room * 2;
  const { offset } = update.put(object, `${head}${RANGE}/Contents<`, "0".repeat(length), ">>>");
  const range = offset + head.length;
  return { range, start: range + RANGE.length + "/Contents<".length, length };
}

/** Everything but the hexadecimal string is sealed, its angle brackets excluded with it. */
function writeByteRange(bytes: Buffer, { range, start, length }: Hole): void {
  const after = start + length + 1;
  const numbers = [start - 1, after, bytes.length - after];
  const written = `[0 ${numbers.join(" ")}`;
  bytes.write(`${written.padEnd(RANGE.length - 1)}]`, range, "latin1");
}
