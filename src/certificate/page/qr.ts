import { create } from "qrcode";

/**
 * The operators of a QR code (ISO/IEC 18004, level M) whose lower left corner is at the origin and
 * whose side is 1; each run of dark modules of a row is one rectangle.
 */
export function qrOperators(text: string): string {
  const { modules } = create([{ data: Buffer.from(text, "utf8"), mode: "byte" }], {
    errorCorrectionLevel: "M",
  });
  const { size } = modules;
  const operators: string[] = [];
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      let width = 0;
      while (column + width < size && modules.get(row, column + width) !== 0) width += 1;
      if (width > 0) operators.push(`${column} ${size - row - 1} ${width} 1 re`);
      column += width;
    }
  }
  const scale = Math.round(1e6 / size) / 1e6;
  return `${scale} 0 0 ${scale} 0 0 cm 0 g ${operators.join(" ")} f`;
}
