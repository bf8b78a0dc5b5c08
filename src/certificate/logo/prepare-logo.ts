import { deflateSync } from "node:zlib";
import type { Logo } from "../../domain/logo.ts";
import { decodePng, PngError, type Pixels } from "./png.ts";

/** Pixels of the place on the page at 300 dots an inch, and less when it would be too many bytes. */
const SIZES = [
  { width: 434, height: 150 },
  { width: 326, height: 113 },
  { width: 217, height: 75 },
] as const;
/** Bytes; a certificate of one page stays far below 80 KB with it. */
const MOST_BYTES = 12 * 1024;
const LONGEST_DESCRIPTION = 150;

/**
 * Makes of a PNG what certificates carry: no transparency (it lies on white), sRGB or grey, no larger
 * than it can be seen in print. The same file gives the same bytes.
 *
 * @param description what a screen reader says of it
 * @throws PngError
 */
export function prepareLogo(file: Buffer, description: string): Logo {
  if (description.trim() === "" || description.length > LONGEST_DESCRIPTION) {
    throw new PngError(`describe the logo in 1 to ${LONGEST_DESCRIPTION} characters`);
  }
  const flat = onWhite(decodePng(file));
  for (const size of SIZES) {
    const { width, height, rgb } = fitted(flat, size);
    const grey = rgb.every((value, index) => value === rgb[index - (index % 3)]);
    const samples = grey ? rgb.filter((_, index) => index % 3 === 0) : rgb;
    const compressed = deflateSync(samples, { level: 9 });
    if (compressed.length <= MOST_BYTES) {
      return { width, height, colour: grey ? "grey" : "rgb", samples: compressed, description };
    }
  }
  throw new PngError("the image has too much detail for a logo: use flat colours");
}

interface Flat {
  readonly width: number;
  readonly height: number;
  readonly rgb: Buffer;
}

function onWhite({ width, height, rgba }: Pixels): Flat {
  const rgb = Buffer.alloc(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const opacity = (rgba[pixel * 4 + 3] ?? 0) / 255;
    for (let channel = 0; channel < 3; channel += 1) {
      const value = rgba[pixel * 4 + channel] ?? 0;
      rgb[pixel * 3 + channel] = Math.round(value * opacity + 255 * (1 - opacity));
    }
  }
  return { width, height, rgb };
}

/** Made smaller, never larger: each pixel is the mean of those that it stands for. */
function fitted(image: Flat, most: { readonly width: number; readonly height: number }): Flat {
  const scale = Math.min(1, most.width / image.width, most.height / image.height);
  if (scale === 1) return image;
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  const rgb = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    const rows = span(y, height, image.height);
    for (let x = 0; x < width; x += 1) {
      const columns = span(x, width, image.width);
      for (let channel = 0; channel < 3; channel += 1) {
        rgb[(y * width + x) * 3 + channel] = mean(image, { rows, columns, channel });
      }
    }
  }
  return { width, height, rgb };
}

type Span = readonly [from: number, to: number];

/** Which of the larger number of pixels one of the smaller number stands for. */
function span(index: number, small: number, large: number): Span {
  const from = Math.floor((index * large) / small);
  return [from, Math.max(from + 1, Math.floor(((index + 1) * large) / small))];
}

function mean(
  { width, rgb }: Flat,
  { rows, columns, channel }: { readonly rows: Span; readonly columns: Span; channel: number },
): number {
  let sum = 0;
  for (let y = rows[0]; y < rows[1]; y += 1) {
    for (let x = columns[0]; x < columns[1]; x += 1) sum += rgb[(y * width + x) * 3 + channel] ?? 0;
  }
  return Math.round(sum / ((rows[1] - rows[0]) * (columns[1] - columns[0])));
}
