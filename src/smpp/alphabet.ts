import type { PlannedSegment, SegmentPlan } from "../domain/content.ts";

/** How the segments of a long message are joined on the phone. */
type Concatenation =
  /** User data header with an 8-bit reference (3GPP TS 23.040, 9.2.3.24.1): 153 or 67 characters. */
  | "udh"
  /** User data header with a 16-bit reference (9.2.3.24.8): 152 or 66 characters. */
  | "udh16"
  /** As udh16, but the link sends the header as sar_* TLVs (SMPP 3.4, 5.3.2.22 to 24). */
  | "sar"
  /** One submit_sm; the SMSC cuts the message_payload (SMPP 3.4, 5.3.2.32) itself. */
  | "payload";

/** What the SMSC takes data_coding 0 for; it is a matter of contract. */
type DefaultAlphabet = "gsm" | "latin1";

export interface AlphabetOptions {
  readonly concatenation: Concatenation;
  readonly defaultAlphabet: DefaultAlphabet;
}

/** 3GPP TS 23.038, 6.2.1: the position is the code; 0x1B is the escape. */
const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/** 3GPP TS 23.038, 6.2.1.1: each costs two septets, the escape and the code. */
const EXTENSION: Readonly<Record<string, number>> = {
  "^": 0x14,
  "{": 0x28,
  "}": 0x29,
  "\\": 0x2f,
  "[": 0x3c,
  "~": 0x3d,
  "]": 0x3e,
  "|": 0x40,
  "€": 0x65,
};

const ESCAPE = 0x1b;
const OCTETS = 140;

/** A character as it travels: it is never cut. */
interface Token {
  /** In septets or, with UCS-2, in octets: what the air interface counts. */
  readonly cost: number;
  readonly octets: readonly number[];
}

const GSM = new Map<string, Token>([
  ...Array.from(BASIC, (character, code): [string, Token] => [
    character,
    { cost: 1, octets: [code] },
  ]),
  ...Object.entries(EXTENSION).map(([character, code]): [string, Token] => [
    character,
    { cost: 2, octets: [ESCAPE, code] },
  ]),
]);
GSM.delete("\u001b");

/** The characters of GSM 03.38 that Latin-1 has too: the SMSC turns the octets into septets. */
const LATIN1 = new Map<string, Token>(
  [...GSM].flatMap(([character, { cost }]): [string, Token][] => {
    const code = character.charCodeAt(0);
    return code <= 0xff ? [[character, { cost, octets: [code] }]] : [];
  }),
);

function ucs2Token(character: string): Token {
  const octets: number[] = [];
  for (let at = 0; at < character.length; at++) {
    const unit = character.charCodeAt(at);
    octets.push(unit >> 8, unit & 0xff);
  }
  return { cost: octets.length, octets };
}

/**
 * Encodes a text and cuts it into segments: GSM 03.38 (unpacked, data_coding 0) when every character
 * has its place there, else UCS-2 as UTF-16BE (data_coding 8). Nothing is ever replaced.
 *
 * @param text well formed and not empty
 * @param reference 0…65535; an 8-bit header carries its lower byte
 */
export function planSegments(
  text: string,
  reference: number,
  options: AlphabetOptions,
): SegmentPlan {
  const alphabet = options.defaultAlphabet === "gsm" ? GSM : LATIN1;
  const characters = Array.from(text);
  const unicodeCharacters = [...new Set(characters.filter((each) => !alphabet.has(each)))];
  const unicode = unicodeCharacters.length > 0;
  const tokens = unicode
    ? characters.map(ucs2Token)
    : characters.flatMap((each) => alphabet.get(each) ?? []);
  const chunks = cut(tokens, unicode, options.concatenation);
  const dataCoding = unicode ? 8 : 0;
  const bare = chunks.length === 1;
  const segments = chunks.map((octets, index): PlannedSegment => {
    const number = index + 1;
    if (bare) return { number, payload: Buffer.from(octets), esmClass: 0, dataCoding };
    const header = userDataHeader(options.concatenation, reference, chunks.length, number);
    return { number, payload: Buffer.from([...header, ...octets]), esmClass: 0x40, dataCoding };
  });
  return { encoding: unicode ? "UCS2" : "GSM7", segments, unicodeCharacters };
}

function cut(tokens: readonly Token[], unicode: boolean, concatenation: Concatenation): number[][] {
  const total = tokens.reduce((sum, token) => sum + token.cost, 0);
  const whole = unicode ? OCTETS : (OCTETS * 8) / 7;
  if (concatenation === "payload" || total <= whole) return [tokens.flatMap((t) => t.octets)];
  const room = OCTETS - (concatenation === "udh" ? 6 : 7);
  const limit = unicode ? room - (room % 2) : Math.floor((room * 8) / 7);
  const chunks: number[][] = [];
  let chunk: number[] = [];
  let used = 0;
  for (const { cost, octets } of tokens) {
    if (used + cost > limit) {
      chunks.push(chunk);
      chunk = [];
      used = 0;
    }
    chunk.push(...octets);
    used += cost;
  }
  chunks.push(chunk);
  return chunks;
}

function userDataHeader(
  concatenation: Concatenation,
  reference: number,
  total: number,
  number: number,
): readonly number[] {
  if (concatenation === "udh") return [5, 0, 3, reference & 0xff, total, number];
  return [6, 8, 4, (reference >> 8) & 0xff, reference & 0xff, total, number];
}

const GSM_CHARACTERS = new Map([...GSM].map(([each, { octets }]) => [octets.join(), each]));

/** Reads unpacked GSM 03.38 as planSegments writes it. */
export function decodeGsm(octets: Buffer): string {
  let text = "";
  for (let at = 0; at < octets.length; at++) {
    const code = octets[at] ?? 0;
    const key = code === ESCAPE ? `${code},${octets[++at] ?? 0}` : String(code);
    text += GSM_CHARACTERS.get(key) ?? " ";
  }
  return text;
}

/** The parts of a 16-bit concatenation header, for an operator that wants them as sar_* TLVs. */
export interface Concatenated {
  readonly reference: number;
  readonly total: number;
  readonly number: number;
  readonly text: Buffer;
}

/** Takes the header of udh16 off a payload; undefined when there is none. */
export function readUdh16(payload: Buffer): Concatenated | undefined {
  if (payload.length < 7 || payload.readUIntBE(0, 3) !== 0x060804) return undefined;
  return {
    reference: payload.readUInt16BE(3),
    total: payload.readUInt8(5),
    number: payload.readUInt8(6),
    text: payload.subarray(7),
  };
}
