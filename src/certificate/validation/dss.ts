import { reference, stream } from "../pdf/syntax.ts";
import { Update, type Revision } from "../pdf/update.ts";
import type { ValidationData } from "./validation-data.ts";

/**
 * Appends the document security store (ETSI EN 319 142-1, 5.4.2) to a sealed document. Nothing is
 * compressed, and the order is fixed, so that the same data give the same bytes: that is how the
 * verification tells it from any other addition.
 */
export function appendValidationData(sealed: Revision, data: ValidationData): Buffer {
  const update = new Update(sealed);
  const list = (name: string, entries: readonly Buffer[]): string => {
    if (entries.length === 0) return "";
    const objects = entries.map((one) => update.add(...stream("", one, { compress: false })));
    return `/${name}[${objects.map(reference).join(" ")}]`;
  };
  const store = update.add(
    `<</Type/DSS${list("Certs", data.certificates)}${list("OCSPs", data.ocsps)}${list("CRLs", data.crls)}>>`,
  );
  const catalog = catalogOf(sealed);
  update.put(sealed.root, `${catalog.slice(0, -2)}/DSS ${reference(store)}>>`);
  return update.finish(sealed.root).bytes;
}

/** The text of the catalog in the last revision. */
function catalogOf({ bytes, xref, root }: Revision): string {
  const offset = offsetOf(bytes, xref, root);
  const text = bytes.toString("latin1", offset, bytes.indexOf("\nendobj", offset, "latin1"));
  const start = `${root} 0 obj\n`;
  if (offset === 0 || !text.startsWith(`${start}<<`) || !text.endsWith(">>")) {
    throw new RangeError("there is no catalog where it should be");
  }
  return text.slice(start.length);
}

const XREF =
  /^\d+ 0 obj\n<<\/Type\/XRef\/W\[1 4 2\]\/Index\[([\d ]+)\]\/Size (\d+)\/Prev \d+\/Root (\d+) 0 R\/ID (\[<[0-9a-f]+><[0-9a-f]+>\])\/Length (\d+)>>\nstream\n/;

/** Where an object begins, by the cross-reference stream of the last revision. */
function offsetOf(bytes: Buffer, xref: number, object: number): number {
  const { match, start } = xrefAt(bytes, xref);
  const table = bytes.subarray(start, start + Number(match[5]));
  const ranges = (match[1] ?? "").split(" ").map(Number);
  let row = 0;
  for (let index = 0; index + 1 < ranges.length; index += 2) {
    const [first = 0, count = 0] = ranges.slice(index, index + 2);
    if (object >= first && object < first + count) {
      const at = (row + object - first) * 7;
      return table[at] === 1 ? table.readUInt32BE(at + 1) : 0;
    }
    row += count;
  }
  return 0;
}

function xrefAt(bytes: Buffer, xref: number): { match: RegExpExecArray; start: number } {
  const text = bytes.toString("latin1", xref, xref + 2_000);
  const match = XREF.exec(text);
  if (!match) throw new RangeError("the cross-reference stream is not one of ours");
  return { match, start: xref + match[0].length };
}

/** The last revision of a file of ours, read back from its bytes. */
function readRevision(bytes: Buffer): Revision {
  const tail = /startxref\n(\d+)\n%%EOF\n$/.exec(
    bytes.toString("latin1", Math.max(0, bytes.length - 64)),
  );
  if (!tail) throw new RangeError("the file does not end as ours do");
  const xref = Number(tail[1]);
  const { match } = xrefAt(bytes, xref);
  return {
    bytes,
    xref,
    nextObject: Number(match[2]),
    root: Number(match[3]),
    id: match[4] ?? "",
  };
}

/**
 * The validation data behind a seal, when the file is a sealed revision of ours and exactly one store
 * after it, byte for byte; undefined when anything else was added.
 */
export function readValidationData(pdf: Buffer, end: number): ValidationData | undefined {
  try {
    const sealed = readRevision(pdf.subarray(0, end));
    const data = readStore(pdf.subarray(end).toString("latin1"), pdf, end);
    const rebuilt = appendValidationData(sealed, data);
    return rebuilt.equals(pdf) ? data : undefined;
  } catch {
    return undefined;
  }
}

const STORE =
  /\n\d+ 0 obj\n<<\/Type\/DSS(?:\/Certs\[([\d R]+)\])?(?:\/OCSPs\[([\d R]+)\])?(?:\/CRLs\[([\d R]+)\])?>>\nendobj\n/;

/** What a store of ours lists: it has one answer for each of a few certificates. */
const MOST_STREAMS = 64;
const STREAM = /(?:^|\n)(\d+) 0 obj\n<<\/Length (\d+)>>\nstream\n/g;

function readStore(tail: string, pdf: Buffer, end: number): ValidationData {
  const match = STORE.exec(tail);
  if (!match) throw new RangeError("no store");
  const all = new Map<string, Buffer>();
  for (const { 0: head, 1: object = "", 2: length, index } of tail.matchAll(STREAM)) {
    const start = end + index + head.length;
    if (!all.has(object)) all.set(object, pdf.subarray(start, start + Number(length)));
    if (all.size > MOST_STREAMS) throw new RangeError("too many streams");
  }
  const streams = (references = ""): Buffer[] =>
    Array.from(references.matchAll(/(\d+) 0 R/g), ([, object = ""]) => {
      const found = all.get(object);
      if (!found) throw new RangeError("no stream, or one that is listed twice");
      all.delete(object);
      return found;
    });
  return { certificates: streams(match[1]), ocsps: streams(match[2]), crls: streams(match[3]) };
}
