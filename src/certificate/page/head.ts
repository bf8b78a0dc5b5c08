import type { CertificateFacts } from "../../domain/certificate.ts";
import { element } from "../pdf/structure.ts";
import type { Wording } from "../wording/wording.ts";
import { madridInstant, utcInstant } from "./instants.ts";
import {
  ACCENT,
  block,
  COLUMN,
  FRAME,
  GREEN,
  INK,
  SHADE,
  SOFT,
  type Colour,
  type Paper,
} from "./paper.ts";

/** The issuer, the title, and the outcome in large letters. */
export function writeHead(paper: Paper, facts: CertificateFacts, wording: Wording): void {
  const { issuer, kind } = facts;
  const top = paper.y;
  const name = element("P");
  paper.document.children.push(name);
  paper.tagged(name, () => {
    const line = paper.typesetter.line(issuer.name, { weight: "bold", size: 11 });
    paper.show(line, FRAME.left, top + 9, INK);
    const nif = paper.typesetter.line(`NIF ${issuer.nif}`, { weight: "regular", size: 8.2 });
    paper.show(nif, FRAME.left + COLUMN - nif.width, top + 9, SOFT);
  });
  paper.artifact(() => paper.rule(FRAME.left, top + 18, COLUMN, ACCENT, 1.6));
  paper.y = top + 30;
  block(paper, wording.title[kind], {
    style: { weight: "bold", size: 20 },
    leading: 27,
    role: "H1",
  });
  block(paper, wording.subtitle, {
    style: { weight: "regular", size: 8.6 },
    leading: 12,
    colour: SOFT,
  });
  paper.y += 9;
  writeOutcome(paper, facts, wording);
}

/** Colour only helps: the words say it, and the bar is as dark in black and white. */
function writeOutcome(paper: Paper, facts: CertificateFacts, wording: Wording): void {
  const { kind, outcome, message, operatorDeliveredAt } = facts;
  const colour: Colour = kind === "negative" ? ACCENT : GREEN;
  const start = message.scheduledAt ?? message.acceptedAt;
  const { msisdn } = message.recipient;
  const deliveredAt = operatorDeliveredAt ?? outcome.at;
  const sentence =
    outcome.kind === "delivered"
      ? wording.outcomeLine.delivered({ msisdn, at: madridInstant(deliveredAt) })
      : wording.outcomeLine.notDelivered({
          msisdn,
          from: madridInstant(start),
          to: madridInstant(message.receiptDeadline),
        });
  const utc =
    outcome.kind === "delivered"
      ? utcInstant(deliveredAt)
      : `${utcInstant(start)} – ${utcInstant(message.receiptDeadline)}`;
  const width = COLUMN - 36;
  const lines = paper.typesetter.lines(sentence, { weight: "regular", size: 9.6 }, width);
  const utcLine = paper.typesetter.line(`UTC: ${utc}`, { weight: "regular", size: 8.2 });
  const verdict = paper.typesetter.line(wording.outcome[kind], { weight: "bold", size: 16 });
  const height = 34 + lines.length * 13 + 16;
  const top = paper.y;
  paper.artifact(() => {
    paper.rectangle(FRAME.left, top, COLUMN, height, SHADE);
    paper.rectangle(FRAME.left, top, 5, height, colour);
  });
  const owner = element("P");
  paper.document.children.push(owner);
  paper.tagged(owner, () => {
    const x = FRAME.left + 18;
    paper.show(verdict, x, top + 23, colour);
    lines.forEach((line, index) => paper.show(line, x, top + 38 + index * 13, INK));
    paper.show(utcLine, x, top + 39 + lines.length * 13, SOFT);
  });
  paper.y = top + height + 10;
}
