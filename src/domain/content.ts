import { hash } from "node:crypto";
import { ServiceError } from "./errors.ts";

/** Ten segments of 153 GSM characters; a longer text is not an SMS any more. */
export const MAX_TEXT_CHARACTERS = 1530;

/** How the characters travel: SMPP data_coding 0 or 8. */
export type Encoding = "GSM7" | "UCS2";

/** What one text costs to carry. What is counted here is what is sent. */
export interface SegmentPlan {
  readonly encoding: Encoding;
  /** The short_message of each submit_sm, header included, in order. */
  readonly segments: readonly PlannedSegment[];
  /** The distinct characters that forced UCS-2, in order of appearance; empty with GSM7. */
  readonly unicodeCharacters: readonly string[];
}

export interface PlannedSegment {
  /** 1…n */
  readonly number: number;
  readonly payload: Buffer;
  /** SMPP esm_class: 0x40 when the payload begins with a user data header. */
  readonly esmClass: number;
  readonly dataCoding: number;
}

export function sha256(data: string | Uint8Array): string {
  return hash("sha256", data, "hex");
}

/** The length of a text as people count it: Unicode code points. */
export function countCharacters(text: string): number {
  return Array.from(text).length;
}

/**
 * Refuses what cannot be certified literally.
 *
 * @throws ServiceError InvalidContent when empty, a lone surrogate or a forbidden control character
 * @throws ServiceError ContentTooLong above 1530 characters
 */
export function assertContent(text: string): void {
  if (text.length === 0) {
    throw new ServiceError("InvalidContent", {
      field: "text",
      hint: {
        ca: "El text és buit.",
        es: "El texto está vacío.",
        en: "The text is empty.",
      },
    });
  }
  if (!text.isWellFormed()) {
    throw new ServiceError("InvalidContent", {
      field: "text",
      hint: {
        ca: "El text conté mig caràcter (un substitut Unicode sense parella).",
        es: "El texto contiene medio carácter (un sustituto Unicode sin pareja).",
        en: "The text contains half a character (an unpaired Unicode surrogate).",
      },
    });
  }
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/u.test(text)) {
    throw new ServiceError("InvalidContent", {
      field: "text",
      hint: {
        ca: "El text conté un caràcter de control que un SMS no pot portar.",
        es: "El texto contiene un carácter de control que un SMS no puede llevar.",
        en: "The text contains a control character that an SMS cannot carry.",
      },
    });
  }
  // A character is one unit of UTF-16 or two: most texts need no counting.
  if (text.length <= MAX_TEXT_CHARACTERS) return;
  const length = countCharacters(text);
  if (length > MAX_TEXT_CHARACTERS) {
    throw new ServiceError("ContentTooLong", {
      field: "text",
      hint: {
        ca: `El text té ${length} caràcters; el màxim és ${MAX_TEXT_CHARACTERS}.`,
        es: `El texto tiene ${length} caracteres; el máximo es ${MAX_TEXT_CHARACTERS}.`,
        en: `The text has ${length} characters; the maximum is ${MAX_TEXT_CHARACTERS}.`,
      },
    });
  }
}
