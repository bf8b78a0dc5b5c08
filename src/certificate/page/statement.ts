import type { CertificateFacts } from "../../domain/certificate.ts";
import { element } from "../pdf/structure.ts";
import type { Wording } from "../wording/wording.ts";
import { madridInstant } from "./instants.ts";
import { block, COLUMN, FRAME, INK, type Paper } from "./paper.ts";

/** Number of the section that transcribes the text. */
export const CONTENT_SECTION = 4;

/** What is certified, in the sentences that a court reads first. */
export function writeStatement(paper: Paper, facts: CertificateFacts, wording: Wording): void {
  const style = { weight: "regular", size: 9.4 } as const;
  block(paper, wording.certifies({ issuer: facts.issuer.name, nif: facts.issuer.nif }), {
    style,
    leading: 13.4,
  });
  paper.y += 3;
  const list = element("L");
  paper.document.children.push(list);
  for (const [index, sentence] of sentences(facts, wording).entries()) {
    const item = element("LI");
    list.children.push(item);
    const label = paper.typesetter.line(`${index + 1}.`, { weight: "bold", size: 9.4 });
    paper.ensure(27);
    const number = element("Lbl");
    item.children.push(number);
    paper.tagged(number, () => paper.show(label, FRAME.left + 6, paper.y + 9.6, INK));
    block(paper, sentence, {
      style,
      leading: 13.4,
      x: FRAME.left + 22,
      width: COLUMN - 22,
      role: "LBody",
      parent: item,
    });
    paper.y += 2.5;
  }
}

function sentences(facts: CertificateFacts, wording: Wording): string[] {
  const { message, entity, username, operator, outcome, segments, corrects, operatorDeliveredAt } =
    facts;
  const { statement } = wording;
  const accepted = statement.accepted({
    at: madridInstant(message.acceptedAt),
    entity: entity.name,
    nif: entity.nif,
    username,
    msisdn: message.recipient.msisdn,
    section: CONTENT_SECTION,
  });
  const answers = segments.flatMap(({ relayedAt }) => (relayedAt ? [relayedAt.getTime()] : []));
  const relayed =
    answers.length === segments.length && answers.length > 0
      ? statement.relayed({
          operator,
          segments: segments.length,
          at: madridInstant(new Date(Math.max(...answers))),
        })
      : statement.notRelayed({ operator, segments: segments.length });
  const end =
    outcome.kind === "delivered"
      ? statement.delivered({
          operator,
          segments: segments.length,
          at: madridInstant(outcome.at),
        })
      : statement.notDelivered({
          from: madridInstant(message.scheduledAt ?? message.acceptedAt),
          to: madridInstant(message.receiptDeadline),
          reason: wording.reason[outcome.reason],
        });
  const corrective =
    corrects === undefined || !operatorDeliveredAt
      ? []
      : [statement.corrective({ corrects, at: madridInstant(operatorDeliveredAt) })];
  return [accepted, relayed, end, ...corrective];
}
