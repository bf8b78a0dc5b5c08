import { element } from "../pdf/structure.ts";
import type { TextLine } from "../text/line.ts";
import { ACCENT, block, COLUMN, FRAME, INK, RULE, SOFT, type Paper } from "./paper.ts";

/** Before a heading, and what it takes itself. */
const HEADING = { before: 5.5, height: 13 } as const;
const ROW_LEADING = 10;
/** Between a value and a remark on the same line. */
const GAP = 8;

/** A place on the paper: one of the columns, or all of its width. */
interface Place {
  readonly x: number;
  readonly width: number;
}

const FULL: Place = { x: FRAME.left, width: COLUMN };

/** A numbered heading, never alone at the foot of a sheet. */
export function heading(paper: Paper, number: number, text: string): void {
  paper.ensure(paper.scaled(56));
  if (paper.y > FRAME.top) paper.y += paper.scaled(HEADING.before);
  paper.y += drawHeading(paper, number, text, { place: FULL, top: paper.y });
}

/** Draws a heading with a rule behind it, and answers its height. */
export function drawHeading(
  paper: Paper,
  number: number,
  text: string,
  { place, top }: { readonly place: Place; readonly top: number },
): number {
  const owner = element("H2");
  paper.document.children.push(owner);
  const line = paper.typesetter.line(`${number}.  ${text}`, paper.style("bold", 9));
  paper.tagged(owner, () => paper.show(line, place.x, top + paper.scaled(9), ACCENT));
  const start = line.width + paper.scaled(7);
  paper.artifact(() =>
    paper.rule(place.x + start, top + paper.scaled(6), place.width - start, RULE, 0.5),
  );
  return paper.scaled(HEADING.height);
}

/** One thing that the certificate states: label, value, and a remark in small. */
export interface Field {
  readonly label: string;
  readonly value: string;
  readonly remark?: string;
}

export function present(label: string, value: string | undefined, remark?: string): Field[] {
  if (value === undefined || value === "") return [];
  return [remark === undefined ? { label, value } : { label, value, remark }];
}

/** A field whose lines are broken. */
interface SetField {
  readonly labels: readonly TextLine[];
  readonly values: readonly TextLine[];
  readonly below: readonly TextLine[];
  /** A remark that fits behind the value. */
  readonly beside: TextLine | undefined;
  readonly height: number;
}

/** Breaks the lines of fields for a place. */
export function setFields(
  paper: Paper,
  list: readonly Field[],
  { width, labelWidth }: { readonly width: number; readonly labelWidth: number },
): SetField[] {
  const { typesetter } = paper;
  const small = paper.style("regular", 7.2);
  const room = width - labelWidth;
  return list.map(({ label, value, remark }) => {
    const values = typesetter.lines(value, paper.style("regular", 7.9), room);
    const remarks = remark === undefined ? [] : typesetter.lines(remark, small, room);
    const labels = typesetter.lines(label, small, labelWidth - paper.scaled(6));
    const [first] = values;
    const fits =
      values.length + remarks.length === 2 &&
      (first?.width ?? 0) + GAP + (remarks[0]?.width ?? 0) <= room;
    const beside = fits ? remarks[0] : undefined;
    const below = beside ? [] : remarks;
    const rows = Math.max(labels.length, values.length + below.length);
    return { labels, values, below, beside, height: rows * paper.scaled(ROW_LEADING) };
  });
}

/** Draws fields one below the other, as one list of the structure; a sheet that is full is left. */
export function drawFields(
  paper: Paper,
  list: readonly SetField[],
  { x, labelWidth, flows }: { x: number; labelWidth: number; flows: boolean },
): void {
  const owner = element("L");
  paper.document.children.push(owner);
  const leading = paper.scaled(ROW_LEADING);
  const rise = paper.scaled(2.6);
  for (const { labels, values, below, beside, height } of list) {
    if (flows) paper.ensure(Math.min(height, 20 * leading));
    const item = element("LI");
    const name = element("Lbl");
    const body = element("LBody");
    owner.children.push(item);
    item.children.push(name, body);
    const top = paper.y;
    const at = (row: number): number => top + (row + 1) * leading - rise;
    paper.tagged(name, () => {
      labels.forEach((line, row) => paper.show(line, x, at(row), SOFT));
    });
    paper.tagged(body, () => {
      values.forEach((line, row) => paper.show(line, x + labelWidth, at(row), INK));
      if (beside) {
        paper.show(beside, x + labelWidth + (values[0]?.width ?? 0) + GAP, at(0), SOFT);
      }
      below.forEach((line, row) => paper.show(line, x + labelWidth, at(values.length + row), SOFT));
    });
    paper.y = top + height;
  }
}

/** Labels in one column, values in the next, over the whole width. */
export function fields(paper: Paper, list: readonly Field[]): void {
  const labelWidth = paper.scaled(136);
  const set = setFields(paper, list, { width: COLUMN, labelWidth });
  drawFields(paper, set, { x: FRAME.left, labelWidth, flows: true });
}

/** Small print. */
export function note(paper: Paper, text: string): void {
  block(paper, text, { style: { weight: "regular", size: 7 }, leading: 8.8, colour: SOFT });
}
