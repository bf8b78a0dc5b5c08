import type { CertificateFacts } from "../../domain/certificate.ts";
import { element } from "../pdf/structure.ts";
import type { Which } from "../wording/segments.ts";
import type { Wording } from "../wording/wording.ts";
import { correctedAt, operatorDates } from "./corrected.ts";
import { acceptanceOf, conflictInWords, fatesOf } from "./fates.ts";
import { localInstant } from "./instants.ts";
import { block, COLUMN, FRAME, INK, type Paper } from "./paper.ts";

/** Number of the section that transcribes the text. */
export const CONTENT_SECTION = 1;

const STYLE = { weight: "regular", size: 8.5 } as const;
const LEADING = 11.4;
const INDENT = 16;

/** What is certified, in the sentences that a court reads first. */
export function writeStatement(paper: Paper, facts: CertificateFacts, wording: Wording): void {
  const { name, nif } = facts.issuer;
  block(paper, wording.certifies({ issuer: name, nif }), { style: STYLE, leading: LEADING });
  paper.y += paper.scaled(1.5);
  const list = element("L");
  paper.document.children.push(list);
  for (const [index, sentence] of sentences(facts, wording).entries()) {
    const item = element("LI");
    list.children.push(item);
    const label = paper.typesetter.line(`${index + 1}.`, paper.style("bold", STYLE.size));
    paper.ensure(paper.scaled(2 * LEADING));
    const number = element("Lbl");
    item.children.push(number);
    const base = paper.y + paper.scaled(LEADING) * 0.72;
    paper.tagged(number, () => paper.show(label, FRAME.left + 3, base, INK));
    block(paper, sentence, {
      style: STYLE,
      leading: LEADING,
      x: FRAME.left + INDENT,
      width: COLUMN - INDENT,
      role: "LBody",
      parent: item,
    });
    paper.y += paper.scaled(1.2);
  }
}

function sentences(facts: CertificateFacts, wording: Wording): string[] {
  const { message, entity, username } = facts;
  const accepted = wording.statement.accepted({
    at: localInstant(message.acceptedAt),
    entity: entity.name,
    nif: entity.nif,
    username,
    msisdn: message.recipient.msisdn,
    section: CONTENT_SECTION,
  });
  return [
    accepted,
    relayed(facts, wording),
    ...decided(facts, wording),
    end(facts, wording),
    ...corrective(facts, wording),
  ];
}

/** What is known of the acceptance by the network, and how, where the operator did not say it itself. */
function relayed(facts: CertificateFacts, { statement }: Wording): string {
  const { operator, segments } = facts;
  const { accepted, at, byNumber, unknown } = acceptanceOf(facts);
  const some = (which: Which): Which | undefined => (which.numbers.length > 0 ? which : undefined);
  if (at && accepted.numbers.length === segments.length) {
    return statement.relayed({ operator, segments: segments.length, at: localInstant(at) });
  }
  if (unknown.numbers.length === segments.length) {
    return statement.notRelayed({ operator, segments: segments.length });
  }
  return statement.partlyRelayed({
    operator,
    accepted: at && { which: accepted, at: localInstant(at) },
    byNumber: some(byNumber),
    unknown: some(unknown),
  });
}

function end(facts: CertificateFacts, wording: Wording): string {
  const { message, operator, outcome, segments } = facts;
  if (outcome.kind === "delivered") {
    return wording.statement.delivered({
      operator,
      segments: segments.length,
      at: localInstant(outcome.at),
    });
  }
  const fates = fatesOf(facts);
  return wording.statement.notDelivered({
    from: localInstant(message.scheduledAt ?? message.acceptedAt),
    to: localInstant(message.receiptDeadline),
    waited: localInstant(outcome.at),
    partly: fates.has("delivered"),
    fates: Array.from(fates, ([fate, which]) => wording.fate[fate](which)).join("; "),
  });
}

/** What a person decided about reports that are not conclusive; the last decision stands. */
function decided({ evidence, segments }: CertificateFacts, wording: Wording): string[] {
  const record = evidence.findLast(({ body }) => body.event === "ConflictDecided");
  if (record?.body.event !== "ConflictDecided") return [];
  const { as, decidedBy, reason } = record.body;
  const conflict = conflictInWords(record.body.conflict, segments.length, wording);
  const at = localInstant(record.at);
  return [wording.statement.decided({ as, at, by: decidedBy, conflict, reason })];
}

/** The first certificate, and the operator's date on which the correction rests. */
function corrective(facts: CertificateFacts, { statement }: Wording): string[] {
  const { corrects, operatorDeliveredAt } = facts;
  if (corrects === undefined || !operatorDeliveredAt) return [];
  const first = correctedAt(facts);
  return [
    statement.corrective({
      csv: corrects,
      at: first && localInstant(first),
      deliveredAt: localInstant(operatorDeliveredAt),
      dates: operatorDates(facts),
    }),
  ];
}
