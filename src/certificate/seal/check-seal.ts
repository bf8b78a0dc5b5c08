import { createHash } from "node:crypto";
import { verifyToken, type TimeStamp } from "../time-stamp/token.ts";
import { readDer } from "../../x509/der.ts";
import { OID } from "./oids.ts";
import { openSignedData, signatureFault, type SignedData } from "./signed-data.ts";

/** What is wrong with the seal of a file. */
export type SealFault =
  /** There is no seal, or more than one. */
  | "noSeal"
  /** The seal does not cover everything before it and after it. */
  | "coverage"
  /** The file has changed since. */
  | "digest"
  /** The signature is not of the key that the certificate names. */
  | "signature"
  /** No time-stamp, or one that proves nothing here. */
  | "timeStamp";

export class SealCheckError extends Error {
  override readonly name = "SealCheckError";
  readonly fault: SealFault;

  constructor(fault: SealFault, cause?: unknown) {
    super(`the seal does not hold: ${fault}`, { cause });
    this.fault = fault;
  }
}

/** A seal that holds, by arithmetic alone: who is to be trusted is another question. */
export interface CheckedSeal {
  readonly data: SignedData;
  readonly timeStamp: TimeStamp;
  /** Where the sealed revision ends; what follows is not sealed. */
  readonly end: number;
}

const RANGE_NAME = "/ByteRange";
const RANGE =
  /^\/ByteRange\s*\[\s*(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]\s*\/Contents\s*(?=<)/;
const LONGEST_RANGE = 256;
const HEXADECIMAL = /<((?:[0-9a-f]{2})+|(?:[0-9A-F]{2})+)>/y;

/**
 * Checks the seal of a PDF: hashes what it covers, and verifies signature, attributes and time-stamp.
 *
 * @throws SealCheckError
 */
export function checkSeal(pdf: Buffer): CheckedSeal {
  const { before, after, end, cms } = readSeal(pdf);
  const data = attempt("signature", () => openSignedData(trimmed(cms)));
  if (data.contentType !== OID.data || data.content) throw new SealCheckError("signature");
  const digest = createHash(data.digest).update(before).update(after).digest();
  const fault = attempt("signature", () => signatureFault(data, digest));
  if (fault !== undefined) throw new SealCheckError(fault === "digest" ? "digest" : "signature");
  const token = data.unsignedAttributes.get(OID.timeStampToken);
  if (!token) throw new SealCheckError("timeStamp");
  const imprint = createHash("sha256").update(data.signature).digest();
  const timeStamp = attempt("timeStamp", () => verifyToken(token.bytes, imprint));
  return { data, timeStamp, end };
}

function attempt<T>(fault: SealFault, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw new SealCheckError(fault, error);
  }
}

interface FoundSeal {
  readonly before: Buffer;
  readonly after: Buffer;
  readonly end: number;
  readonly cms: Buffer;
}

/**
 * One seal, over everything up to its end but the hexadecimal string that holds it. The name of its entry
 * alone is no seal: it may stand in any text that people write, in a name inside the evidence, say.
 */
function readSeal(pdf: Buffer): FoundSeal {
  const ranges: Range[] = [];
  // One copy for all: a hostile file has as many ranges as fit, each of nearly the whole file.
  const text = pdf.toString("latin1");
  for (let at = text.indexOf(RANGE_NAME); at >= 0; at = text.indexOf(RANGE_NAME, at + 1)) {
    const match = RANGE.exec(text.slice(at, at + LONGEST_RANGE));
    if (!match) continue;
    const [zero = -1, length = 0, second = 0, rest = 0] = match.slice(1).map(Number);
    ranges.push({ zero, length, second, end: second + rest, hole: at + match[0].length });
  }
  if (ranges.length === 0) throw new SealCheckError("noSeal");
  const [seal, ...more] = ranges.flatMap((range) => coveredBy(pdf, text, range) ?? []);
  if (!seal) throw new SealCheckError("coverage");
  if (more.length > 0) throw new SealCheckError("noSeal");
  return seal;
}

/** A /ByteRange as it is written, and where the string behind it begins. */
interface Range {
  readonly zero: number;
  readonly length: number;
  readonly second: number;
  readonly end: number;
  readonly hole: number;
}

/** Undefined when the range does not leave out exactly the string behind it. */
function coveredBy(
  pdf: Buffer,
  text: string,
  { zero, length, second, end, hole }: Range,
): FoundSeal | undefined {
  if (zero !== 0 || end > pdf.length || length !== hole) return undefined;
  HEXADECIMAL.lastIndex = hole;
  const [string, hexadecimal = ""] = HEXADECIMAL.exec(text) ?? [];
  if (string === undefined || hole + string.length !== second) return undefined;
  return {
    before: pdf.subarray(0, length),
    after: pdf.subarray(second, end),
    end,
    cms: Buffer.from(hexadecimal, "hex"),
  };
}

/** The hole is filled up with zeros; nothing else may stand behind the CMS. */
function trimmed(cms: Buffer): Buffer {
  const { bytes } = readDer(cms);
  if (cms.subarray(bytes.length).some((byte) => byte !== 0)) throw new SealCheckError("coverage");
  return bytes;
}
