import { createHash } from "node:crypto";
import { verifyToken, type TimeStamp } from "../time-stamp/token.ts";
import { readDer } from "./der.ts";
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
const RANGE = /^\/ByteRange\s*\[\s*(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]/;
const LONGEST_RANGE = 256;

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

/** One seal, over everything up to its end but the hexadecimal string that holds it. */
function readSeal(pdf: Buffer): FoundSeal {
  const at = pdf.indexOf(RANGE_NAME);
  const match = RANGE.exec(pdf.toString("latin1", at, at + LONGEST_RANGE));
  if (at < 0 || !match || pdf.includes(RANGE_NAME, at + 1)) throw new SealCheckError("noSeal");
  const [zero = -1, length = 0, second = 0, rest = 0] = match.slice(1).map(Number);
  const end = second + rest;
  const opened = pdf[length] === 0x3c && pdf[second - 1] === 0x3e;
  if (zero !== 0 || second <= length || end > pdf.length || at > length || !opened) {
    throw new SealCheckError("coverage");
  }
  const hexadecimal = pdf.toString("latin1", length + 1, second - 1);
  if (!/^(?:(?:[0-9a-f]{2})+|(?:[0-9A-F]{2})+)$/.test(hexadecimal))
    throw new SealCheckError("coverage");
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
