import { dictionaryText, readRevision } from "../pdf/read-revision.ts";
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
  const catalog = dictionaryText(sealed, sealed.root);
  update.put(sealed.root, `${catalog.slice(0, -2)}/DSS ${reference(store)}>>`);
  return update.finish(sealed.root).bytes;
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
  let bytes = 0;
  for (const { 0: head, 1: object = "", 2: length, index } of tail.matchAll(STREAM)) {
    const start = end + index + head.length;
    bytes += Number(length);
    if (!all.has(object)) all.set(object, pdf.subarray(start, start + Number(length)));
    if (all.size > MOST_STREAMS || bytes > tail.length) throw new RangeError("too many streams");
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
