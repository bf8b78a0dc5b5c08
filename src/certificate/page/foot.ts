import type { CertificateFacts } from "../../domain/certificate.ts";
import { PAGE } from "../pdf/form.ts";
import type { Wording } from "../wording/wording.ts";
import { ACCENT, COLUMN, FRAME, INK, points, RULE, SOFT, type Paper } from "./paper.ts";
import { qrOperators } from "./qr.ts";

const QR_SIDE = 58;
const TOP = PAGE.height - FRAME.bottom + 9;

/** Code, address and QR on every sheet, and the mark of a test: decoration, the text has them too. */
export function writeFeet(
  paper: Paper,
  facts: CertificateFacts,
  wording: Wording,
  test: boolean,
): void {
  const { foot } = wording;
  const qr = paper.addShape(qrOperators(facts.verificationUrl));
  const x = FRAME.left + QR_SIDE + 14;
  const width = COLUMN - QR_SIDE - 14;
  const small = { weight: "regular", size: 7.2 } as const;
  const { typesetter } = paper;
  const csv = typesetter.line(facts.csv, { weight: "bold", size: 9.6 });
  const csvLabel = typesetter.line(foot.csv, small);
  const urlLabel = typesetter.line(foot.verify, small);
  const url = typesetter.lines(facts.verificationUrl, { weight: "regular", size: 8 }, width);
  const sealed = typesetter.lines(foot.sealed, small, width);
  const count = paper.sheetCount;
  for (let page = 0; page < count; page += 1) {
    const number = typesetter.line(foot.page(page + 1, count), small);
    const at = (distance: number): number => TOP + distance;
    paper.artifact(() => {
      paper.draw(
        `${RULE} rg ${points(FRAME.left)} ${points(PAGE.height - TOP + 5)} ${points(COLUMN)} 0.6 re f`,
        page,
      );
      paper.draw(
        `q 1 0 0 1 ${points(FRAME.left)} ${points(PAGE.height - TOP - 2 - QR_SIDE)} cm ${QR_SIDE} 0 0 ${QR_SIDE} 0 0 cm /${qr} Do Q`,
        page,
      );
      paper.show(csvLabel, x, at(10), SOFT, page);
      paper.show(csv, x, at(21.5), INK, page);
      paper.show(urlLabel, x, at(33.5), SOFT, page);
      url.forEach((line, index) => paper.show(line, x, at(43 + index * 9.6), INK, page));
      const below = 43 + url.length * 9.6 + 2.4;
      sealed.forEach((line, index) => paper.show(line, x, at(below + index * 9), SOFT, page));
      paper.show(number, FRAME.left + COLUMN - number.width, at(10), SOFT, page);
    }, page);
    if (test) writeTestMark(paper, wording, page);
  }
}

/** Across the sheet under the text, and in words at its head. */
function writeTestMark(paper: Paper, wording: Wording, page: number): void {
  const { typesetter } = paper;
  const mark = typesetter.line(wording.test, { weight: "bold", size: 54 });
  const angle = Math.PI / 4;
  const [cosine, sine] = [Math.cos(angle).toFixed(5), Math.sin(angle).toFixed(5)];
  const x = PAGE.width / 2 - (mark.width / 2) * Math.cos(angle);
  const y = PAGE.height / 2 - (mark.width / 2) * Math.sin(angle);
  paper.drawUnder(
    `/Artifact BMC q ${cosine} ${sine} -${sine} ${cosine} ${points(x)} ${points(y)} cm ` +
      `BT 0.955 0.89 0.89 rg ${mark.operators} ET Q EMC`,
    page,
  );
  paper.artifact(() => {
    const strong = typesetter.line(wording.test, { weight: "bold", size: 8.6 });
    const words = typesetter.line(wording.testLong, { weight: "regular", size: 8 });
    paper.draw(`${ACCENT} rg 0 ${points(PAGE.height - 26)} ${PAGE.width} 26 re f`, page);
    paper.show(strong, FRAME.left, 16.5, "1 1 1", page);
    paper.show(words, FRAME.left + strong.width + 12, 16.5, "1 1 1", page);
  }, page);
}
