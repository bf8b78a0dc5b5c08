/** Tags of X.690 that the seal needs. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The bytes are not DER, or not of the shape that was asked for. */
export class DerError extends Error {
  override readonly name = "DerError";
}

/** One element of a DER encoding (ITU-T X.690, 8.1): a view, nothing is copied. */
export interface Der {
  readonly tag: number;
  /** The whole element, header included. */
  readonly bytes: Buffer;
  readonly content: Buffer;
}

/**
 * Reads the element that begins at an offset.
 *
 * @throws DerError when the bytes end too early or the form is not one of DER
 */
export function readDer(buffer: Buffer, offset = 0): Der {
  const tag = buffer[offset];
  const first = buffer[offset + 1];
  if (tag === undefined || first === undefined) throw new DerError("the element is cut off");
  if ((tag & 0x1f) === 0x1f) throw new DerError("a tag of more than one byte");
  let start = offset + 2;
  let length = first;
  if (first > 0x80) {
    const count = first & 0x7f;
    if (count > 4 || start + count > buffer.length) throw new DerError("a length that is too long");
    length = buffer.readUIntBE(start, count);
    start += count;
  } else if (first === 0x80) {
    throw new DerError("an indefinite length");
  }
  const end = start + length;
  if (end > buffer.length) throw new DerError("the element is cut off");
  return { tag, bytes: buffer.subarray(offset, end), content: buffer.subarray(start, end) };
}

/**
 * Reads the one element that fills a buffer.
 *
 * @throws DerError when anything stands behind it
 */
export function readWholeDer(buffer: Buffer): Der {
  const whole = readDer(buffer);
  if (whole.bytes.length !== buffer.length) throw new DerError("bytes behind the element");
  return whole;
}

/** The elements inside a constructed one. */
export function children(element: Der): Der[] {
  const found: Der[] = [];
  for (let offset = 0; offset < element.content.length;) {
    const child = readDer(element.content, offset);
    found.push(child);
    offset += child.bytes.length;
  }
  return found;
}

/**
 * The element itself when its tag is the expected one.
 *
 * @throws DerError when it is missing or another
 */
export function expectTag(element: Der | undefined, tag: number): Der {
  if (element?.tag !== tag) throw new DerError(`tag ${tag} expected, ${element?.tag ?? "nothing"}`);
  return element;
}

/**
 * The element inside an explicit tag (X.690, 8.14), alone.
 *
 * @throws DerError when the tag is another, or not exactly one element is inside
 */
export function insideTag(wrapper: Der | undefined, tag: number): Der {
  return readWholeDer(expectTag(wrapper, tag).content);
}

/**
 * The identifier of an AlgorithmIdentifier (RFC 5280, 4.1.1.2) whose parameters say nothing: NULL, or
 * left out.
 *
 * @throws DerError when it has other parameters
 */
export function readAlgorithm(element: Der | undefined): string {
  const [name, parameters, ...more] = children(expectTag(element, TAG.sequence));
  const silent = parameters === undefined || parameters.bytes.equals(nullValue);
  if (!silent || more.length > 0) throw new DerError("parameters of an algorithm");
  return readOid(name);
}

/**
 * The bits of a BIT STRING that fills its bytes.
 *
 * @throws DerError when bits are left over
 */
export function readBits(element: Der | undefined): Buffer {
  const { content } = expectTag(element, TAG.bitString);
  if (content[0] !== 0) throw new DerError("a bit string that ends within a byte");
  return content.subarray(1);
}

export function readOid(element: Der | undefined): string {
  const { content } = expectTag(element, TAG.oid);
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const [head = 0, ...rest] = arcs;
  const root = Math.min(Math.floor(head / 40), 2);
  return [root, head - root * 40, ...rest].join(".");
}

export function readGeneralizedTime(element: Der | undefined): Date {
  const text = expectTag(element, TAG.generalizedTime).content.toString("latin1");
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d+)?Z$/.exec(text);
  if (!match) throw new DerError("a GeneralizedTime in UTC expected");
  const [, year, month, day, hour, minute, second, fraction = ""] = match;
  const at = new Date(
    `${year ?? ""}-${month ?? ""}-${day ?? ""}T${hour ?? ""}:${minute ?? ""}:${second ?? ""}${fraction.slice(0, 4)}Z`,
  );
  if (Number.isNaN(at.getTime())) throw new DerError("an instant that does not exist");
  return at;
}

/** UTCTime or GeneralizedTime (RFC 5280, 4.1.2.5): two digits mean 1950 to 2049. */
export function readTime(element: Der | undefined): Date {
  if (element?.tag !== TAG.utcTime) return readGeneralizedTime(element);
  const text = element.content.toString("latin1");
  const century = Number(text.slice(0, 2)) < 50 ? "20" : "19";
  const content = Buffer.from(century + text, "latin1");
  return readGeneralizedTime({ tag: TAG.generalizedTime, content, bytes: content });
}

function header(tag: number, length: number): Buffer {
  if (length < 0x80) return Buffer.from([tag, length]);
  const bytes = length < 0x100 ? 1 : length < 0x1_0000 ? 2 : 3;
  const out = Buffer.alloc(2 + bytes);
  out[0] = tag;
  out[1] = 0x80 | bytes;
  out.writeUIntBE(length, 2, bytes);
  return out;
}

export function element(tag: number, ...parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([header(tag, length), ...parts]);
}

export const sequence = (...parts: readonly Buffer[]): Buffer => element(TAG.sequence, ...parts);

/** SET OF: DER sorts the encodings (X.690, 11.6). */
export const setOf = (...parts: readonly Buffer[]): Buffer =>
  element(TAG.set, ...[...parts].sort((a, b) => Buffer.compare(a, b)));

export const octetString = (content: Buffer): Buffer => element(TAG.octetString, content);

export const nullValue = Buffer.from([TAG.null, 0]);

/** [n] of a context-specific constructed element. */
export const context = (number: number, ...parts: readonly Buffer[]): Buffer =>
  element(0xa0 | number, ...parts);

/** A non-negative INTEGER, from its big-endian bytes or a small number. */
export function integer(value: Buffer | number): Buffer {
  let bytes = typeof value === "number" ? Buffer.from([value]) : value;
  while (bytes.length > 1 && bytes[0] === 0) bytes = bytes.subarray(1);
  const positive = (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.from([0]), bytes]);
  return element(TAG.integer, positive);
}

const encodedOids = new Map<string, Buffer>();

/** OBJECT IDENTIFIER; the few that there are get encoded once. */
export function oid(dotted: string): Buffer {
  const known = encodedOids.get(dotted);
  if (known) return known;
  const encoded = encodeOid(dotted);
  encodedOids.set(dotted, encoded);
  return encoded;
}

function encodeOid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
      groups.unshift((left & 0x7f) | 0x80);
    }
    return groups;
  });
  return element(TAG.oid, Buffer.from(bytes));
}

/** AlgorithmIdentifier; some algorithms want an explicit NULL as parameters. */
export function algorithm(dotted: string, parameters: "none" | "null" = "none"): Buffer {
  return parameters === "null" ? sequence(oid(dotted), nullValue) : sequence(oid(dotted));
}

/** GeneralizedTime in UTC with milliseconds, without trailing zeros (X.690, 11.7). */
export function generalizedTime(at: Date): Buffer {
  const [date = "", fraction = ""] = at
    .toISOString()
    .replace(/[-:TZ]/g, "")
    .split(".");
  const milliseconds = fraction.replace(/0+$/, "");
  const text = milliseconds === "" ? `${date}Z` : `${date}.${milliseconds}Z`;
  return element(TAG.generalizedTime, Buffer.from(text, "latin1"));
}
