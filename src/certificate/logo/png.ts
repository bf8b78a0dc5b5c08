import { crc32, inflateSync } from "node:zlib";

/** Red, green, blue and opacity, eight bits each, row by row. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgba: Buffer;
}

/** The file is no PNG that is understood; the message says why, for the person who brings it. */
export class PngError extends Error {
  override readonly name = "PngError";
}

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");
const MOST_BYTES = 2 * 1024 * 1024;
const MOST_PIXELS = 4_000_000;
/** Samples of a pixel by colour type (ISO/IEC 15948, 11.2.2). */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** Bit depths that each colour type may have, without those of 16 bits. */
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8],
  2: [8],
  3: [1, 2, 4, 8],
  4: [8],
  6: [8],
};

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: number;
}

interface Chunks {
  readonly header: Header;
  readonly palette: Buffer | undefined;
  readonly transparency: Buffer | undefined;
  readonly data: Buffer;
}

/**
 * Reads a PNG (ISO/IEC 15948) of eight bits a sample or fewer, without interlacing. Every length is
 * checked before it is used, and nothing is inflated beyond what the header promises.
 *
 * @throws PngError
 */
export function decodePng(file: Buffer): Pixels {
  if (file.length > MOST_BYTES) throw new PngError("the file is larger than 2 MB");
  if (!file.subarray(0, 8).equals(SIGNATURE)) throw new PngError("the file is no PNG");
  const chunks = readChunks(file);
  const { width, height, depth, colourType } = chunks.header;
  const bitsPerPixel = depth * (SAMPLES[colourType] ?? 0);
  const rowLength = Math.ceil((width * bitsPerPixel) / 8);
  const filtered = inflate(chunks.data, (rowLength + 1) * height);
  const rows = unfilter(filtered, rowLength, Math.max(1, bitsPerPixel >> 3));
  return { width, height, rgba: toRgba(chunks, rows, rowLength) };
}

function readChunks(file: Buffer): Chunks {
  let header: Header | undefined;
  let palette: Buffer | undefined;
  let transparency: Buffer | undefined;
  const data: Buffer[] = [];
  for (let at = 8; ;) {
    if (at + 12 > file.length) throw new PngError("the file is cut off");
    const length = file.readUInt32BE(at);
    const end = at + 8 + length;
    if (end + 4 > file.length) throw new PngError("the file is cut off");
    if (crc32(file.subarray(at + 4, end)) !== file.readUInt32BE(end)) {
      throw new PngError("the file is damaged");
    }
    const type = file.toString("latin1", at + 4, at + 8);
    const body = file.subarray(at + 8, end);
    if (type === "IHDR" && header === undefined) header = readHeader(body);
    else if (header === undefined) throw new PngError("the file has no header");
    else if (type === "PLTE") palette = body;
    else if (type === "tRNS") transparency = body;
    else if (type === "IDAT") data.push(body);
    else if (type === "IEND") break;
    else if (/^[A-Z]/.test(type)) throw new PngError(`the part ${type} is not understood`);
    at = end + 4;
  }
  return { header, palette, transparency, data: Buffer.concat(data) };
}

function readHeader(body: Buffer): Header {
  if (body.length !== 13) throw new PngError("the header is damaged");
  const [width, height] = [body.readUInt32BE(0), body.readUInt32BE(4)];
  const [depth = 0, colourType = 0, compression, filter, interlace] = body.subarray(8);
  if (width === 0 || height === 0 || width * height > MOST_PIXELS) {
    throw new PngError("the image is empty or has more than four million pixels");
  }
  if (depth === 16) throw new PngError("save the image with 8 bits a channel");
  if (DEPTHS[colourType]?.includes(depth) !== true || compression !== 0 || filter !== 0) {
    throw new PngError("the header is damaged");
  }
  if (interlace !== 0) throw new PngError("save the image without interlacing");
  return { width, height, depth, colourType };
}

function inflate(data: Buffer, length: number): Buffer {
  let inflated: Buffer;
  try {
    inflated = inflateSync(data, { maxOutputLength: length });
  } catch {
    throw new PngError("the image data are damaged");
  }
  if (inflated.length !== length) throw new PngError("the image data are cut off");
  return inflated;
}

/** Undoes the filters (ISO/IEC 15948, 9.2); each row begins with the number of its own. */
function unfilter(filtered: Buffer, rowLength: number, step: number): Buffer {
  const height = filtered.length / (rowLength + 1);
  const rows = Buffer.alloc(rowLength * height);
  for (let row = 0; row < height; row += 1) {
    const filter = filtered[row * (rowLength + 1)] ?? 0;
    if (filter > 4) throw new PngError("the image data are damaged");
    const start = row * rowLength;
    for (let index = 0; index < rowLength; index += 1) {
      const left = index >= step ? (rows[start + index - step] ?? 0) : 0;
      const above = row > 0 ? (rows[start + index - rowLength] ?? 0) : 0;
      const corner = row > 0 && index >= step ? (rows[start + index - rowLength - step] ?? 0) : 0;
      const value = filtered[row * (rowLength + 1) + 1 + index] ?? 0;
      rows[start + index] = value + predicted(filter, left, above, corner);
    }
  }
  return rows;
}

function predicted(filter: number, left: number, above: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return above;
  if (filter === 3) return (left + above) >> 1;
  if (filter === 4) return paeth(left, above, corner);
  return 0;
}

function paeth(left: number, above: number, corner: number): number {
  const estimate = left + above - corner;
  const [a, b, c] = [left, above, corner].map((value) => Math.abs(estimate - value));
  if (a === undefined || b === undefined || c === undefined) return 0;
  if (a <= b && a <= c) return left;
  return b <= c ? above : corner;
}

function toRgba(chunks: Chunks, rows: Buffer, rowLength: number): Buffer {
  const { width, height, depth, colourType } = chunks.header;
  if (colourType === 3 && chunks.palette === undefined)
    throw new PngError("the palette is missing");
  const rgba = Buffer.alloc(width * height * 4);
  const samples = SAMPLES[colourType] ?? 0;
  const most = 2 ** depth - 1;
  const raw = Buffer.alloc(4);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const row = Math.floor(pixel / width) * rowLength;
    for (let number = 0; number < samples; number += 1) {
      const bit = ((pixel % width) * samples + number) * depth;
      raw[number] = ((rows[row + (bit >> 3)] ?? 0) >> (8 - depth - (bit & 7))) & most;
    }
    rgba.writeUInt32BE(colourOf(chunks, raw, 255 / most), pixel * 4);
  }
  return rgba;
}

/** Nothing, on white. */
const CLEAR = 0xffffff00;

/** Red, green, blue and opacity of a pixel in one number. */
function colourOf({ header, palette, transparency }: Chunks, raw: Buffer, step: number): number {
  const [one = 0, two = 0, three = 0, four = 0] = raw;
  switch (header.colourType) {
    case 0: {
      // One colour of the image may stand for "nothing here", in two bytes a sample.
      if (transparency?.length === 2 && transparency[1] === one) return CLEAR;
      return packed(one * step, one * step, one * step, 255);
    }
    case 2: {
      const clear = transparency?.length === 6 ? transparency : undefined;
      if (clear?.[1] === one && clear[3] === two && clear[5] === three) return CLEAR;
      return packed(one, two, three, 255);
    }
    case 3: {
      const [red, green, blue] = palette?.subarray(one * 3, one * 3 + 3) ?? [];
      if (red === undefined || green === undefined || blue === undefined) {
        throw new PngError("a colour is not in the palette");
      }
      return packed(red, green, blue, transparency?.[one] ?? 255);
    }
    case 4:
      return packed(one, one, one, two);
    default:
      return packed(one, two, three, four);
  }
}

function packed(red: number, green: number, blue: number, opacity: number): number {
  return ((red << 24) | (green << 16) | (blue << 8) | opacity) >>> 0;
}
