import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const DOTS_PER_INCH = 50;

/** The pages of a PDF as poppler draws them, in grey, one PGM behind the other. */
export function renderGrey(file: string): Buffer {
  const directory = mkdtempSync(join(tmpdir(), "render-"));
  execFileSync("pdftoppm", ["-gray", "-r", String(DOTS_PER_INCH), file, join(directory, "page")]);
  const pages = readdirSync(directory).sort();
  return Buffer.concat(pages.map((page) => readFileSync(join(directory, page))));
}

const BAND = 4_000;

/** Difference of the two renderings where they differ most, 0 to 255; infinite when sizes differ. */
export function difference(one: Buffer, other: Buffer): number {
  if (one.length !== other.length) return Infinity;
  let worst = 0;
  for (let start = 0; start < one.length; start += BAND) {
    const end = Math.min(start + BAND, one.length);
    let sum = 0;
    for (let index = start; index < end; index += 1) {
      sum += Math.abs((one[index] ?? 0) - (other[index] ?? 0));
    }
    worst = Math.max(worst, sum / (end - start));
  }
  return worst;
}
