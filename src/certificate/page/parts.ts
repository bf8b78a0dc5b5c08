import { element } from "../pdf/structure.ts";
import { ACCENT, block, COLUMN, FRAME, INK, RULE, SOFT, type Paper } from "./paper.ts";

const LABEL_WIDTH = 146;
const ROW_LEADING = 12.2;
/** Between a value and a remark on the same line. */
const GAP = 8;
const LABEL = { weight: "regular", size: 8.2 } as const;
const VALUE = { weight: "regular", size: 9 } as const;

/** A numbered heading, never alone at the foot of a sheet. */
export function heading(paper: Paper, number: number, text: string): void {
  paper.ensure(60);
  if (paper.y > FRAME.top) paper.y += 8;
  const owner = element("H2");
  paper.document.children.push(owner);
  const top = paper.y;
  paper.tagged(owner, () => {
    const line = paper.typesetter.line(`${number}.  ${text}`, { weight: "bold", size: 10.5 });
    paper.show(line, FRAME.left, top + 11, ACCENT);
  });
  paper.artifact(() => paper.rule(FRAME.left, top + 16.5, COLUMN, RULE, 0.6));
  paper.y = top + 20.5;
}

/** One thing that the certificate states: label, value, and a remark in small. */
export interface Field {
  readonly label: string;
  readonly value: string;
  readonly remark?: string;
}

/** Labels in one column, values in the next. */
export function fields(paper: Paper, list: readonly Field[]): void {
  const owner = element("L");
  paper.document.children.push(owner);
  for (const { label, value, remark } of list) {
    const width = COLUMN - LABEL_WIDTH;
    const values = paper.typesetter.lines(value, VALUE, width);
    const remarks = remark === undefined ? [] : paper.typesetter.lines(remark, LABEL, width);
    const labels = paper.typesetter.lines(label, LABEL, LABEL_WIDTH - 8);
    const [first] = values;
    const [small] = remarks;
    const beside =
      first !== undefined &&
      small !== undefined &&
      values.length + remarks.length === 2 &&
      first.width + GAP + small.width <= width;
    const below = beside ? [] : remarks;
    const rows = Math.max(labels.length, values.length + below.length);
    paper.ensure(Math.min(rows, 20) * ROW_LEADING);
    const item = element("LI");
    const name = element("Lbl");
    const body = element("LBody");
    owner.children.push(item);
    item.children.push(name, body);
    const top = paper.y;
    paper.tagged(name, () => {
      labels.forEach((line, index) => {
        paper.show(line, FRAME.left, top + (index + 1) * ROW_LEADING - 3, SOFT);
      });
    });
    paper.tagged(body, () => {
      if (beside) {
        const x = FRAME.left + LABEL_WIDTH + first.width + GAP;
        paper.show(small, x, top + ROW_LEADING - 3, SOFT);
      }
      [...values, ...below].forEach((line, index) => {
        const colour = index < values.length ? INK : SOFT;
        paper.show(line, FRAME.left + LABEL_WIDTH, top + (index + 1) * ROW_LEADING - 3, colour);
      });
    });
    paper.y = top + rows * ROW_LEADING;
  }
}

/** Sentences under a small title, each behind a dash. */
export function dashes(paper: Paper, title: string, sentences: readonly string[]): void {
  paper.ensure(14 + 12 * sentences.length);
  block(paper, title, { style: { weight: "bold", size: 8.8 }, leading: 13 });
  const owner = element("L");
  paper.document.children.push(owner);
  for (const sentence of sentences) {
    const item = element("LI");
    owner.children.push(item);
    block(paper, `– ${sentence}`, {
      style: { weight: "regular", size: 8.8 },
      leading: 12.2,
      x: FRAME.left + 10,
      width: COLUMN - 10,
      role: "LBody",
      parent: item,
    });
  }
  paper.y += 3;
}
