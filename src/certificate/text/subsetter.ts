import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { resolve } = createRequire(import.meta.url);

/** hb-subset-input flags: https://harfbuzz.github.io/harfbuzz-hb-subset.html */
const RETAIN_GIDS = 2;
const NO_HINTING = 1;
const NO_LAYOUT_CLOSURE = 0x200;
/** Indices of hb_subset_sets_t. */
const DROP_TABLES = 3;
/** Layout tables are of no use inside a PDF, where glyphs are already chosen and placed. */
const USELESS_TABLES = ["GSUB", "GPOS", "GDEF", "DSIG", "name", "post", "OS/2", "STAT", "meta"];

/** The part of the WebAssembly interface that is used; the types of Node leave it to browsers. */
declare const WebAssembly: {
  instantiate(module: Buffer): Promise<{ readonly instance: { readonly exports: object } }>;
};

/** What we call of the WebAssembly build of hb-subset. */
interface HarfBuzzSubset {
  readonly memory: { readonly buffer: ArrayBuffer };
  _initialize(): void;
  malloc(size: number): number;
  free(pointer: number): void;
  hb_blob_create(data: number, length: number, mode: number, user: number, free: number): number;
  hb_blob_destroy(blob: number): void;
  hb_blob_get_data(blob: number, length: number): number;
  hb_blob_get_length(blob: number): number;
  hb_face_create(blob: number, index: number): number;
  hb_face_destroy(face: number): void;
  hb_face_reference_blob(face: number): number;
  hb_set_add(set: number, value: number): void;
  hb_subset_input_create_or_fail(): number;
  hb_subset_input_destroy(input: number): void;
  hb_subset_input_glyph_set(input: number): number;
  hb_subset_input_set(input: number, which: number): number;
  hb_subset_input_set_flags(input: number, flags: number): void;
  hb_subset_preprocess(face: number): number;
  hb_subset_or_fail(face: number, input: number): number;
}

/** Cuts a font down to some glyphs, which keep their numbers. */
export type Subset = (glyphs: Iterable<number>) => Buffer;

/** Opens fonts for subsetting; each stays in the memory of the module for as long as it lives. */
export async function loadSubsetter(): Promise<(font: Buffer) => Subset> {
  const module = readFileSync(resolve("harfbuzzjs/dist/harfbuzz-subset.wasm"));
  const { instance } = await WebAssembly.instantiate(module);
  const hb = instance.exports as HarfBuzzSubset;
  hb._initialize();
  return (font) => {
    const data = hb.malloc(font.length);
    new Uint8Array(hb.memory.buffer).set(font, data);
    const blob = hb.hb_blob_create(data, font.length, 2, 0, 0);
    const face = hb.hb_face_create(blob, 0);
    const prepared = hb.hb_subset_preprocess(face);
    return (glyphs) => subset(hb, prepared, glyphs);
  };
}

function subset(hb: HarfBuzzSubset, face: number, glyphs: Iterable<number>): Buffer {
  const input = hb.hb_subset_input_create_or_fail();
  hb.hb_subset_input_set_flags(input, RETAIN_GIDS | NO_HINTING | NO_LAYOUT_CLOSURE);
  const wanted = hb.hb_subset_input_glyph_set(input);
  for (const glyph of glyphs) hb.hb_set_add(wanted, glyph);
  const dropped = hb.hb_subset_input_set(input, DROP_TABLES);
  for (const tag of USELESS_TABLES) hb.hb_set_add(dropped, Buffer.from(tag).readUInt32BE());
  const cut = hb.hb_subset_or_fail(face, input);
  hb.hb_subset_input_destroy(input);
  if (cut === 0) throw new Error("hb-subset refused the font");
  const blob = hb.hb_face_reference_blob(cut);
  const start = hb.hb_blob_get_data(blob, 0);
  const length = hb.hb_blob_get_length(blob);
  const bytes = Buffer.from(new Uint8Array(hb.memory.buffer, start, length));
  hb.hb_blob_destroy(blob);
  hb.hb_face_destroy(cut);
  return bytes;
}
