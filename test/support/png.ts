import { crc32, deflateSync } from "node:zlib";

function chunk(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length);
  const named = Buffer.concat([Buffer.from(type, "latin1"), body]);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([head, named, check]);
}

interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly depth?: number;
  readonly colourType?: number;
  readonly interlace?: number;
  readonly palette?: Buffer;
  readonly transparency?: Buffer;
  /** Each begins with the number of its filter. */
  readonly rows: readonly (readonly number[])[];
}

/** A PNG (ISO/IEC 15948), whatever it says. */
export function png(drawing: Drawing): Buffer {
  const { width, height, depth = 8, colourType = 6, palette, transparency } = drawing;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colourType, 0, 0, drawing.interlace ?? 0], 8);
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", header),
    ...(palette ? [chunk("PLTE", palette)] : []),
    ...(transparency ? [chunk("tRNS", transparency)] : []),
    chunk("IDAT", deflateSync(Buffer.from(drawing.rows.flat()))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

const [RED, GOLD] = [
  [172, 28, 36],
  [246, 196, 58],
] as const;

/** A shield with four bars and clear corners: the logo of the samples. */
export function shield(side = 240): Buffer {
  const rows = Array.from({ length: side }, (_, y) => {
    const row = [0];
    for (let x = 0; x < side; x += 1) {
      const half =
        y < side * 0.55 ? side / 2 : (side / 2) * Math.sqrt(1 - ((y / side - 0.55) / 0.45) ** 2);
      const distance = half - Math.abs(x - side / 2);
      const opacity = Math.max(0, Math.min(1, distance));
      const isEdge = distance < side * 0.03 || y < side * 0.03;
      const bar = Math.floor((x * 9) / side) % 2 === 1;
      const [red, green, blue] = isEdge || bar ? RED : GOLD;
      row.push(red, green, blue, Math.round(opacity * 255));
    }
    return row;
  });
  return png({ width: side, height: side, rows });
}
