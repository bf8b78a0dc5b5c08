import { element, headerScope, type StructureElement } from "../pdf/structure.ts";
import type { Style, TextLine } from "../text/line.ts";
import { COLUMN, FRAME, INK, RULE, SHADE, SOFT, type Colour, type Paper } from "./paper.ts";

/** A cell: paragraphs, each with its own look. */
interface CellText {
  readonly text: string;
  readonly weight?: Style["weight"];
  readonly soft?: boolean;
  /** For hashes, which have to stand in one line. */
  readonly small?: boolean;
}

export type Cell = readonly CellText[];

const SIZE = 7.2;
const SMALL = 7;
const LEADING = 9;
const PADDING = { x: 4, y: 1.45 } as const;

interface SetLine {
  readonly line: TextLine;
  readonly colour: Colour;
}

/**
 * A table with a head that is repeated on every sheet; a row stays whole.
 *
 * @param columns widths as shares of the column of text
 */
export function table(
  paper: Paper,
  columns: readonly number[],
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
): void {
  const owner = element("Table");
  paper.document.children.push(owner);
  const widths = columns.map((share) => share * COLUMN);
  const setHead = head.map((text, index) => set(paper, [{ text, weight: "bold" }], widths[index]));
  const setRows = rows.map((row) => row.map((cell, index) => set(paper, cell, widths[index])));
  const heightOf = (cells: Row["cells"]): number => rowHeight(paper, cells);
  // Never a head with one row alone at the foot of a sheet.
  const first = setRows.slice(0, 2).map(heightOf);
  paper.ensure(first.reduce((sum, height) => sum + height, heightOf(setHead)));
  writeRow(paper, { owner, widths, cells: setHead, isHead: true });
  for (const [index, cells] of setRows.entries()) {
    // The last row would be alone on the next sheet: it takes the one before along.
    const next = index === setRows.length - 2 ? heightOf(setRows.at(-1) ?? []) : 0;
    if (paper.room < heightOf(cells) + next) {
      paper.addSheet();
      repeatHead(paper, widths, setHead);
    }
    writeRow(paper, { owner, widths, cells, isHead: false });
  }
  paper.y += paper.scaled(2);
}

function set(paper: Paper, cell: Cell, width = 0): SetLine[] {
  return cell.flatMap(({ text, weight = "regular", soft = false, small = false }) =>
    paper.typesetter
      .lines(text, cellStyle(paper, weight, small), width - 2 * PADDING.x)
      .map((line) => ({ line, colour: soft ? SOFT : INK })),
  );
}

/** Never larger than it is set here: instants and hashes have to stand in one line. */
function cellStyle({ scale }: Paper, weight: Style["weight"], small: boolean): Style {
  const size = (small ? SMALL : SIZE) * Math.min(scale, 1);
  return { weight, size: Math.round(size * 100) / 100 };
}

function rowHeight(paper: Paper, cells: readonly SetLine[][]): number {
  const lines = Math.max(0, ...cells.map((cell) => cell.length));
  return paper.scaled(lines * LEADING + 2 * PADDING.y);
}

interface Row {
  readonly owner: StructureElement;
  readonly widths: readonly number[];
  readonly cells: readonly SetLine[][];
  readonly isHead: boolean;
}

function writeRow(paper: Paper, { owner, widths, cells, isHead }: Row): void {
  const height = rowHeight(paper, cells);
  const top = paper.y;
  paper.artifact(() => {
    if (isHead) paper.rectangle(FRAME.left, top, COLUMN, height, SHADE);
    paper.rule(FRAME.left, top + height, COLUMN, RULE, 0.5);
  });
  const row = element("TR");
  owner.children.push(row);
  eachCell(widths, cells, (lines, x, first) => {
    const cell = isHead
      ? element("TH", headerScope("Column"))
      : first
        ? element("TH", headerScope("Row"))
        : element("TD");
    row.children.push(cell);
    paper.tagged(cell, () => showLines(paper, lines, x, top));
  });
  paper.y = top + height;
}

/** On a further sheet the head is decoration: the structure has it once. */
function repeatHead(paper: Paper, widths: readonly number[], cells: readonly SetLine[][]): void {
  const height = rowHeight(paper, cells);
  const top = paper.y;
  paper.artifact(() => {
    paper.rectangle(FRAME.left, top, COLUMN, height, SHADE);
    eachCell(widths, cells, (lines, x) => showLines(paper, lines, x, top));
  });
  paper.y = top + height;
}

function eachCell(
  widths: readonly number[],
  cells: readonly SetLine[][],
  write: (lines: readonly SetLine[], x: number, first: boolean) => void,
): void {
  let x = FRAME.left + PADDING.x;
  for (const [index, lines] of cells.entries()) {
    write(lines, x, index === 0);
    x += widths[index] ?? 0;
  }
}

function showLines(paper: Paper, lines: readonly SetLine[], x: number, top: number): void {
  for (const [index, { line, colour }] of lines.entries()) {
    paper.show(line, x, top + paper.scaled(PADDING.y + (index + 1) * LEADING - 2.4), colour);
  }
}
