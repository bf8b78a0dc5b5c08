import type { CertificateFacts } from "../../domain/certificate.ts";
import { countCharacters } from "../../domain/content.ts";
import { element } from "../pdf/structure.ts";
import { nameOf } from "../text/clusters.ts";
import type { Wording } from "../wording/wording.ts";
import { block, COLUMN, FRAME, INK, RULE, SHADE, type Paper } from "./paper.ts";
import { heading, note } from "./parts.ts";
import { recipientSection, senderSection } from "./sections.ts";

/** The text stands alone in a frame, as it was received: nothing is added, left out or cut. */
export function writeContentSection(
  paper: Paper,
  number: number,
  facts: CertificateFacts,
  wording: Wording,
): void {
  const { text } = facts.message;
  heading(paper, number, wording.section.content);
  const printed = text.trim() === "" ? inMarks(text) : text;
  writeFramed(paper, printed);
  writeMeasure(paper, facts, wording);
  if (printed !== text && text.includes(" ")) note(paper, wording.marks.spaces);
  const declared = [senderSection(0, facts, wording), recipientSection(0, facts, wording)];
  const values = declared.flatMap((section) => section.fields.map(({ value }) => value));
  const named = [text, ...values].some((one) => paper.typesetter.hasNames(one, "regular"));
  if (named || (printed !== text && printed.includes("["))) note(paper, wording.marks.names);
}

/** Nothing but white space: an empty frame would say that there was no text. */
function inMarks(text: string): string {
  return Array.from(text, (one) =>
    one === " " ? "·" : one === "\n" ? `${nameOf(one)}\n` : nameOf(one),
  ).join("");
}

const SMALL = { weight: "regular", size: 7.2 } as const;
const LEADING = 9.6;

/** How long it is, and its hash. */
function writeMeasure(paper: Paper, { message }: CertificateFacts, wording: Wording): void {
  const { text, textSha256, encoding, segmentCount: segments } = message;
  const bytes = Buffer.byteLength(text, "utf8");
  const size = `${wording.counts.size({ characters: countCharacters(text), bytes, segments })} · ${encoding}`;
  const hash = `${wording.label.textSha256}  ${textSha256}`;
  const small = paper.style(SMALL.weight, SMALL.size);
  const { typesetter } = paper;
  const [left, right] = [typesetter.line(size, small), typesetter.line(hash, small)];
  if (left.width + right.width + 12 > COLUMN) {
    for (const line of [size, hash]) block(paper, line, { style: SMALL, leading: LEADING });
    return;
  }
  paper.ensure(paper.scaled(LEADING));
  const owner = element("P");
  paper.document.children.push(owner);
  const base = paper.y + paper.scaled(7);
  paper.tagged(owner, () => {
    paper.show(left, FRAME.left, base, INK);
    paper.show(right, FRAME.left + COLUMN - right.width, base, INK);
  });
  paper.y += paper.scaled(LEADING);
}

function writeFramed(paper: Paper, text: string): void {
  const leading = paper.scaled(12.6);
  const padding = paper.scaled(5.5);
  const owner = element("P");
  paper.document.children.push(owner);
  const width = COLUMN - 2 * padding - 10;
  let lines = paper.typesetter.lines(text, paper.style("regular", 9.2), width);
  while (lines.length > 0) {
    paper.ensure(leading + 2 * padding);
    const fitting = Math.max(1, Math.floor((paper.room - 2 * padding - 6) / leading));
    const now = lines.slice(0, fitting);
    const height = now.length * leading + 2 * padding;
    const top = paper.y + 1;
    paper.artifact(() => {
      paper.rectangle(FRAME.left, top, COLUMN, height, RULE);
      paper.rectangle(FRAME.left + 0.6, top + 0.6, COLUMN - 1.2, height - 1.2, "1 1 1");
      paper.rectangle(FRAME.left + 0.6, top + 0.6, 4, height - 1.2, SHADE);
    });
    paper.tagged(owner, () => {
      now.forEach((line, index) => {
        const y = top + padding + (index + 1) * leading - leading * 0.28;
        paper.show(line, FRAME.left + padding + 6, y, "0 0 0");
      });
    });
    paper.y = top + height + paper.scaled(3.5);
    lines = lines.slice(fitting);
  }
}
