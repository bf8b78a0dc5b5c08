/** Fixed-point number of ICC.1:2010, 4.6. */
function fixed(value: number): number {
  return Math.round(value * 65_536);
}

function xyz(x: number, y: number, z: number): Buffer {
  const tag = Buffer.alloc(20);
  tag.write("XYZ ", "latin1");
  [x, y, z].forEach((value, index) => tag.writeInt32BE(fixed(value), 8 + index * 4));
  return tag;
}

function numbers(type: string, head: Buffer, values: readonly number[]): Buffer {
  const tag = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => tag.writeInt32BE(fixed(value), index * 4));
  return Buffer.concat([Buffer.from(type, "latin1"), Buffer.alloc(4), head, tag]);
}

/** multiLocalizedUnicodeType with one record, in English. */
function words(text: string): Buffer {
  const head = Buffer.alloc(28);
  head.write("mluc", "latin1");
  head.writeUInt32BE(1, 8);
  head.writeUInt32BE(12, 12);
  head.write("enUS", 16, "latin1");
  head.writeUInt32BE(text.length * 2, 20);
  head.writeUInt32BE(28, 24);
  return Buffer.concat([head, Buffer.from(text, "utf16le").swap16()]);
}

/**
 * A small ICC version 4 display profile of sRGB (IEC 61966-2-1), adapted to D50: the output intent
 * that PDF/A asks for wherever device colours are used (ISO 19005-3, 6.2.3).
 */
export function srgbProfile(): Buffer {
  const curve = numbers("para", Buffer.from([0, 3, 0, 0]), [
    2.4,
    1 / 1.055,
    0.055 / 1.055,
    1 / 12.92,
    0.04045,
  ]);
  const adaptation = numbers(
    "sf32",
    Buffer.alloc(0),
    [1.047882, 0.022919, -0.050201, 0.029587, 0.990479, -0.017059, -0.009232, 0.015076, 0.751678],
  );
  const tags: [string, Buffer][] = [
    ["desc", words("sRGB")],
    ["cprt", words("CC0")],
    ["wtpt", xyz(0.9642, 1, 0.8249)],
    ["rXYZ", xyz(0.436066, 0.222488, 0.013916)],
    ["gXYZ", xyz(0.385147, 0.716873, 0.097076)],
    ["bXYZ", xyz(0.143066, 0.060608, 0.714096)],
    ["rTRC", curve],
    ["gTRC", curve],
    ["bTRC", curve],
    ["chad", adaptation],
  ];
  const table = Buffer.alloc(4 + tags.length * 12);
  table.writeUInt32BE(tags.length);
  const data: Buffer[] = [];
  const placed = new Map<Buffer, number>();
  let offset = 128 + table.length;
  for (const [index, [signature, tag]] of tags.entries()) {
    const known = placed.get(tag) ?? offset;
    if (!placed.has(tag)) {
      const padded = Buffer.concat([tag, Buffer.alloc((4 - (tag.length % 4)) % 4)]);
      placed.set(tag, offset);
      data.push(padded);
      offset += padded.length;
    }
    table.write(signature, 4 + index * 12, "latin1");
    table.writeUInt32BE(known, 8 + index * 12);
    table.writeUInt32BE(tag.length, 12 + index * 12);
  }
  const head = Buffer.alloc(128);
  head.writeUInt32BE(offset);
  head.writeUInt32BE(0x0420_0000, 8);
  head.write("mntrRGB XYZ ", 12, "latin1");
  // A date is needed: that of the standard.
  [1999, 10, 18].forEach((value, index) => head.writeUInt16BE(value, 24 + index * 2));
  head.write("acsp", 36, "latin1");
  [0.9642, 1, 0.8249].forEach((value, index) => head.writeInt32BE(fixed(value), 68 + index * 4));
  return Buffer.concat([head, table, ...data]);
}
