import type { Revision } from "./update.ts";

/** The file is none of ours: its last revision is not one that update.ts writes. */
class RevisionError extends Error {
  override readonly name = "RevisionError";
}

const XREF =
  /^\d+ 0 obj\n<<\/Type\/XRef\/W\[1 4 2\]\/Index\[([\d ]+)\]\/Size (\d+)\/Prev \d+\/Root (\d+) 0 R\/ID (\[<[0-9a-f]+><[0-9a-f]+>\])\/Length (\d+)>>\nstream\n/;

/**
 * The last revision of a file of ours, read back from its bytes.
 *
 * @throws RevisionError
 */
export function readRevision(bytes: Buffer): Revision {
  const tail = /startxref\n(\d+)\n%%EOF\n$/.exec(
    bytes.toString("latin1", Math.max(0, bytes.length - 64)),
  );
  if (!tail) throw new RevisionError("the file does not end as ours do");
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
 * Where the body of an object begins that the last revision holds in the open: found as readers find it,
 * by the cross-reference stream, so that bytes which only look like an object are none.
 *
 * @throws RevisionError when it is not there
 */
export function bodyOffset({ bytes, xref }: Revision, object: number): number {
  const start = `${object} 0 obj\n`;
  const offset = offsetOf(bytes, xref, object);
  const body = offset + start.length;
  if (offset === 0 || bytes.toString("latin1", offset, body) !== start) {
    throw new RevisionError("there is no object where it should be");
  }
  return body;
}

/**
 * The dictionary that such an object is, as it is written.
 *
 * @throws RevisionError
 */
export function dictionaryText(revision: Revision, object: number): string {
  const { bytes } = revision;
  const body = bodyOffset(revision, object);
  const text = bytes.toString("latin1", body, bytes.indexOf("\nendobj", body, "latin1"));
  if (!text.startsWith("<<") || !text.endsWith(">>")) {
    throw new RevisionError("there is no dictionary where it should be");
  }
  return text;
}

/** Zero when the table does not have it, or has it inside another object. */
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
  if (!match) throw new RevisionError("the cross-reference stream is not one of ours");
  return { match, start: xref + match[0].length };
}
