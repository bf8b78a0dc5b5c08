import fc from "fast-check";
import { inflateSync } from "node:zlib";
import { decodePng, PngError } from "../../src/certificate/logo/png.ts";
import { prepareLogo } from "../../src/certificate/logo/prepare-logo.ts";
import { png, shield } from "../support/png.ts";

const WHITE = [255, 255, 255, 255];

test.each([
  ["grey", { colourType: 0, rows: [[0, 0, 128, 255]] }, [0, 128, 255]],
  ["grey of one bit", { colourType: 0, depth: 1, rows: [[0, 0b01000000]] }, [0, 255, 0]],
  ["grey of two bits", { colourType: 0, depth: 2, rows: [[0, 0b00101100]] }, [0, 170, 255]],
])("%s", (_name, drawing, greys) => {
  const { rgba } = decodePng(png({ width: 3, height: 1, ...drawing }));
  expect([...rgba]).toEqual(greys.flatMap((grey) => [grey, grey, grey, 255]));
});

test("colours, opacity, a palette, and a colour that stands for nothing", () => {
  const colour = png({ width: 1, height: 1, colourType: 2, rows: [[0, 1, 2, 3]] });
  expect([...decodePng(colour).rgba]).toEqual([1, 2, 3, 255]);
  const opacity = png({ width: 1, height: 1, colourType: 4, rows: [[0, 9, 100]] });
  expect([...decodePng(opacity).rgba]).toEqual([9, 9, 9, 100]);
  const palette = { palette: Buffer.from([9, 8, 7, 1, 2, 3]), transparency: Buffer.from([0]) };
  const indexed = png({
    width: 2,
    height: 1,
    colourType: 3,
    depth: 4,
    ...palette,
    rows: [[0, 0x01]],
  });
  expect([...decodePng(indexed).rgba]).toEqual([9, 8, 7, 0, 1, 2, 3, 255]);
  const clear = { colourType: 2, transparency: Buffer.from([0, 1, 0, 2, 0, 3]) };
  const { rgba } = decodePng(png({ width: 2, height: 1, ...clear, rows: [[0, 1, 2, 3, 1, 2, 4]] }));
  expect([...rgba]).toEqual([255, 255, 255, 0, 1, 2, 4, 255]);
});

test("the five filters", () => {
  const rows = [
    [0, 10, 20, 30],
    [1, 10, 10, 10],
    [2, 1, 1, 1],
    [3, 6, 1, 1],
    [4, 1, 1, 1],
  ];
  const { rgba } = decodePng(png({ width: 3, height: 5, colourType: 0, rows }));
  const greys = Array.from({ length: 15 }, (_, pixel) => rgba[pixel * 4]);
  expect(greys).toEqual([10, 20, 30, 10, 20, 30, 11, 21, 31, 11, 17, 25, 12, 18, 26]);
});

test.each([
  ["no PNG", Buffer.from("GIF89a"), /no PNG/],
  ["an interlaced one", png({ width: 1, height: 1, interlace: 1, rows: [[0]] }), /interlacing/],
  ["sixteen bits", png({ width: 1, height: 1, depth: 16, rows: [[0]] }), /8 bits/],
  ["a bomb", png({ width: 60_000, height: 60_000, rows: [[0]] }), /four million/],
  ["too few data", png({ width: 9, height: 9, rows: [[0]] }), /cut off/],
  [
    "more data than it says",
    png({ width: 1, height: 1, rows: [Array<number>(99).fill(0)] }),
    /damaged/,
  ],
  ["a filter that is none", png({ width: 1, height: 1, rows: [[9, 0, 0, 0, 0]] }), /damaged/],
  ["no palette", png({ width: 1, height: 1, colourType: 3, rows: [[0, 0]] }), /palette/],
  [
    "a colour outside",
    png({ width: 1, height: 1, colourType: 3, palette: Buffer.alloc(3), rows: [[0, 7]] }),
    /palette/,
  ],
  ["a cut file", shield(9).subarray(0, 60), /cut off/],
])("%s is refused", (_name, file, why) => {
  expect(() => decodePng(file)).toThrow(PngError);
  expect(() => decodePng(file)).toThrow(why);
});

test("whatever the bytes are, the answer is an image or a refusal", () => {
  const whole = shield(12);
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
      const file = Buffer.from(whole);
      file[at] = byte;
      try {
        expect(decodePng(file).rgba).toHaveLength(12 * 12 * 4);
      } catch (error) {
        expect(error).toBeInstanceOf(PngError);
      }
    }),
  );
});

test("a logo lies on white, is no larger than print shows, and is the same each time", () => {
  const clear = png({ width: 1, height: 1, rows: [[0, 0, 0, 0, 0]] });
  const { colour, samples } = prepareLogo(clear, "Res");
  expect({ colour, samples: [...inflateSync(samples)] }).toEqual({
    colour: "grey",
    samples: [255],
  });
  const logo = prepareLogo(shield(300), "Escut");
  expect(logo).toMatchObject({ width: 150, height: 150, colour: "rgb", description: "Escut" });
  expect(inflateSync(logo.samples)).toHaveLength(150 * 150 * 3);
  expect(prepareLogo(shield(300), "Escut")).toEqual(logo);
  expect(decodePng(shield(30)).rgba.subarray(0, 4)).not.toEqual(Buffer.from(WHITE));
});

test("noise is no logo, and neither is an image without words for those who do not see it", () => {
  const noise = fc.sample(fc.integer({ min: 0, max: 255 }), { numRuns: 434 * 3 * 150, seed: 1 });
  const rows = Array.from({ length: 150 }, (_, y) => [0, ...noise.slice(y * 1302, (y + 1) * 1302)]);
  const file = png({ width: 434, height: 150, colourType: 2, rows });
  expect(() => prepareLogo(file, "Soroll")).toThrow(/too much detail/);
  expect(() => prepareLogo(shield(9), " ")).toThrow(/describe/);
});
