import type { CertificateFacts } from "../../domain/certificate.ts";
import { PAGE } from "../pdf/form.ts";
import { element } from "../pdf/structure.ts";
import type { Wording } from "../wording/wording.ts";
import { fatesOf } from "./fates.ts";
import { localInstant, utcInstant } from "./instants.ts";
import { drawLogo, logoSize } from "./logo.ts";
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
  const { issuer, kind, logo } = facts;
  const top = paper.y;
  const name = element("P");
  paper.document.children.push(name);
  paper.tagged(name, () => {
    const nif = paper.typesetter.line(`NIF ${issuer.nif}`, { weight: "regular", size: 7.8 });
    const room = COLUMN - nif.width - 12;
    const style = { weight: "bold", size: 10 } as const;
    const lines = paper.typesetter.lines(issuer.name, style, room);
    lines.forEach((line, row) => paper.show(line, FRAME.left, top + 8 + row * 12, INK));
    paper.show(nif, FRAME.left + COLUMN - nif.width, top + 8, SOFT);
    paper.y = top + 8 + (lines.length - 1) * 12;
  });
  paper.y += 7;
  paper.artifact(() => paper.rule(FRAME.left, paper.y, COLUMN, ACCENT, 1.4));
  paper.y += 5;
  const titleTop = paper.y;
  const width = COLUMN - (logo ? logoSize(logo).width + 16 : 0);
  block(paper, wording.title[kind], {
    style: { weight: "bold", size: 18 },
    leading: 23,
    role: "H1",
    width,
  });
  block(paper, wording.subtitle, {
    style: { weight: "regular", size: 7.8 },
    leading: 10.4,
    colour: SOFT,
    width,
  });
  if (logo) {
    drawLogo(paper, logo, titleTop + 3);
    paper.y = Math.max(paper.y, titleTop + logoSize(logo).height + 5);
  }
  paper.y += 6;
  writeOutcome(paper, facts, wording);
}

/** Colour only helps: the words say it, and the bar is as dark in black and white. */
function writeOutcome(paper: Paper, facts: CertificateFacts, wording: Wording): void {
  const { kind, outcome, message, operatorDeliveredAt } = facts;
  const colour: Colour = kind === "negative" ? ACCENT : GREEN;
  const { msisdn } = message.recipient;
  const start = message.scheduledAt ?? message.acceptedAt;
  const utc =
    outcome.kind === "delivered"
      ? utcInstant(operatorDeliveredAt ?? outcome.at)
      : `${utcInstant(start)} – ${utcInstant(message.receiptDeadline)}`;
  const inset = 16;
  const width = COLUMN - inset - 12;
  const { typesetter } = paper;
  const sentence = typesetter.lines(
    outcomeSentence(facts, wording, { msisdn, start }),
    paper.style("regular", 8.8),
    width,
  );
  const utcLine = typesetter.line(`UTC: ${utc}`, paper.style("regular", 7.4));
  const verdict = typesetter.line(wording.outcome[kind], { weight: "bold", size: 15 });
  const beside = inset + verdict.width + 24 + utcLine.width < COLUMN - 12;
  const leading = paper.scaled(11.6);
  const height = 25 + (sentence.length + (beside ? 0 : 1)) * leading + 3;
  const top = paper.y;
  paper.artifact(() => {
    paper.rectangle(FRAME.left, top, COLUMN, height, SHADE);
    paper.rectangle(FRAME.left, top, 5, height, colour);
  });
  const owner = element("P");
  paper.document.children.push(owner);
  paper.tagged(owner, () => {
    const x = FRAME.left + inset;
    paper.show(verdict, x, top + 19, colour);
    const base = top + 25 + leading * 0.72;
    sentence.forEach((line, index) => paper.show(line, x, base + index * leading, INK));
    if (beside) paper.show(utcLine, PAGE.width - FRAME.right - 12 - utcLine.width, top + 18, SOFT);
    else paper.show(utcLine, x, base + sentence.length * leading, SOFT);
  });
  paper.y = top + height + paper.scaled(6);
}

function outcomeSentence(
  facts: CertificateFacts,
  { outcomeLine }: Wording,
  { msisdn, start }: { readonly msisdn: string; readonly start: Date },
): string {
  const { outcome, message, operatorDeliveredAt } = facts;
  if (outcome.kind === "notDelivered") {
    const [from, to] = [localInstant(start), localInstant(message.receiptDeadline)];
    const delivered = fatesOf(facts).get("delivered");
    return outcomeLine.notDelivered({ msisdn, from, to, delivered });
  }
  const at = localInstant(outcome.at);
  return operatorDeliveredAt === undefined
    ? outcomeLine.delivered({ msisdn, at })
    : outcomeLine.corrective({
        msisdn,
        at,
        deliveredAt: localInstant(operatorDeliveredAt),
      });
}
