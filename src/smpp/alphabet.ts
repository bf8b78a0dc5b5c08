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

/** How a character travels: it is never cut. */
interface Token {
  /** In septets: what the air interface counts. */
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
  const unicodeCharacters = charactersOutside(alphabet, text);
  const unicode = unicodeCharacters.length > 0;
  const encoded = unicode ? encodeUcs2(text) : encodeWith(alphabet, text);
  const chunks = cut(encoded, unicode, options.concatenation);
  const dataCoding = unicode ? 8 : 0;
  const bare = chunks.length === 1;
  const segments = chunks.map((payload, index): PlannedSegment => {
    const number = index + 1;
    if (bare) return { number, payload, esmClass: 0, dataCoding };
    const header = userDataHeader(options.concatenation, reference, chunks.length, number);
    return {
      number,
      payload: Buffer.concat([Buffer.from(header), payload]),
      esmClass: 0x40,
      dataCoding,
    };
  });
  return { encoding: unicode ? "UCS2" : "GSM7", segments, unicodeCharacters };
}

function charactersOutside(alphabet: ReadonlyMap<string, Token>, text: string): string[] {
  const outside: string[] = [];
  for (const character of text) {
    if (!alphabet.has(character) && !outside.includes(character)) outside.push(character);
  }
  return outside;
}

/** A text as octets, with what the air interface counts for each of its characters. */
interface Encoded {
  readonly octets: Buffer;
  /** Of each character, in order: how many octets it takes, and how many septets or, with UCS-2, octets. */
  readonly lengths: Uint8Array;
  readonly costs: Uint8Array;
}

function encodeUcs2(text: string): Encoded {
  const octets = Buffer.from(text, "utf16le").swap16();
  const lengths = new Uint8Array(text.length);
  let count = 0;
  for (const character of text) lengths[count++] = character.length * 2;
  return { octets, lengths: lengths.subarray(0, count), costs: lengths.subarray(0, count) };
}

function encodeWith(alphabet: ReadonlyMap<string, Token>, text: string): Encoded {
  // Each character of these alphabets is one unit of UTF-16, and at most two octets.
  const octets = Buffer.allocUnsafe(text.length * 2);
  const lengths = new Uint8Array(text.length);
  const costs = new Uint8Array(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at += 1) {
    const token = alphabet.get(text.charAt(at));
    if (token === undefined) throw new RangeError("the text has a character of another alphabet");
    for (const octet of token.octets) octets[length++] = octet;
    lengths[at] = token.octets.length;
    costs[at] = token.cost;
  }
  return { octets: octets.subarray(0, length), lengths, costs };
}

function cut(
  { octets, lengths, costs }: Encoded,
  unicode: boolean,
  concatenation: Concatenation,
): Buffer[] {
  let total = 0;
  for (const cost of costs) total += cost;
  const whole = unicode ? OCTETS : (OCTETS * 8) / 7;
  if (concatenation === "payload" || total <= whole) return [octets];
  const room = OCTETS - (concatenation === "udh" ? 6 : 7);
  const limit = unicode ? room - (room % 2) : Math.floor((room * 8) / 7);
  const chunks: Buffer[] = [];
  let start = 0;
  let end = 0;
  let used = 0;
  for (let index = 0; index < lengths.length; index += 1) {
    const cost = costs[index] ?? 0;
    if (used + cost > limit) {
      chunks.push(octets.subarray(start, end));
      start = end;
      used = 0;
    }
    end += lengths[index] ?? 0;
    used += cost;
  }
  chunks.push(octets.subarray(start, end));
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
