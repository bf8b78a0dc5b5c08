import { COLUMN, FRAME, type Paper } from "./paper.ts";
import { drawFields, drawHeading, fields, heading, setFields, type Field } from "./parts.ts";

/** A heading and what stands below it. */
export interface Section {
  readonly number: number;
  readonly title: string;
  readonly fields: readonly Field[];
}

const GUTTER = 18;
const WIDTH = (COLUMN - GUTTER) / 2;
const LABEL_WIDTH = 74;
const BETWEEN = 5;
const HEADING = 13;

/**
 * Sections side by side, read column by column. When a column would not fit on a sheet of its own,
 * all of them take the whole width, one below the other.
 */
export function sideBySide(
  paper: Paper,
  left: readonly Section[],
  right: readonly Section[],
): void {
  const labelWidth = paper.scaled(LABEL_WIDTH);
  const set = [left, right].map((column) =>
    column.map((section) => ({
      section,
      rows: setFields(paper, section.fields, { width: WIDTH, labelWidth }),
    })),
  );
  const heights = set.map((column) =>
    column.reduce(
      (sum, { rows }, index) =>
        sum +
        paper.scaled(HEADING + (index === 0 ? 0 : BETWEEN)) +
        rows.reduce((total, { height }) => total + height, 0),
      0,
    ),
  );
  const height = Math.max(...heights) + paper.scaled(BETWEEN);
  if (height > paper.fullRoom) {
    for (const section of [...left, ...right]) {
      heading(paper, section.number, section.title);
      fields(paper, section.fields);
    }
    return;
  }
  paper.ensure(height);
  const top = paper.y;
  for (const [index, column] of set.entries()) {
    const x = FRAME.left + index * (WIDTH + GUTTER);
    paper.y = top;
    for (const { section, rows } of column) {
      paper.y += paper.scaled(BETWEEN);
      paper.y += drawHeading(paper, section.number, section.title, {
        place: { x, width: WIDTH },
        top: paper.y,
      });
      drawFields(paper, rows, { x, labelWidth, flows: false });
    }
  }
  paper.y = top + height;
}
