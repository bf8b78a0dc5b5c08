import type { CertificateFacts } from "../../domain/certificate.ts";
import { countCharacters } from "../../domain/content.ts";
import { POLICY } from "../../domain/eni.ts";
import { element } from "../pdf/structure.ts";
import { nameOf } from "../text/clusters.ts";
import { TEMPLATE } from "../template.ts";
import type { Wording } from "../wording/wording.ts";
import type { Section } from "./columns.ts";
import { correctedAt } from "./corrected.ts";
import { localInstant } from "./instants.ts";
import { block, COLUMN, FRAME, INK, RULE, SHADE, type Paper } from "./paper.ts";
import { fields, heading, note, present } from "./parts.ts";

export function senderSection(number: number, facts: CertificateFacts, wording: Wording): Section {
  const { label } = wording;
  const { entity, message, username } = facts;
  const { officer } = message;
  return {
    number,
    title: wording.section.sender,
    fields: [
      ...present(label.entity, entity.name),
      ...present(
        label.nif,
        [entity.nif, entity.dir3 && `DIR3 ${entity.dir3}`].filter(Boolean).join(" · "),
      ),
      ...present(label.user, `${username} · ${wording.channel[message.channel]}`),
      ...present(
        label.officer,
        officer && [officer.name, officer.nif, officer.email].filter(Boolean).join(" · "),
      ),
      ...present(label.clientReference, message.clientReference),
      ...present(label.fileNumber, message.fileNumber),
      ...present(label.purpose, message.purpose),
      ...present(label.consent, message.consent && wording.consent[message.consent]),
      ...present(label.costCentre, message.costCentre),
      ...present(label.senderShown, message.sender ?? label.senderDefault),
    ],
  };
}

export function recipientSection(
  number: number,
  facts: CertificateFacts,
  wording: Wording,
): Section {
  const { label, declared } = wording;
  const { recipient } = facts.message;
  return {
    number,
    title: wording.section.recipient,
    fields: [
      ...present(label.number, recipient.msisdn),
      ...present(label.name, recipient.name, declared),
      ...present(label.legalId, recipient.legalId, declared),
      ...present(label.operator, facts.operator),
    ],
  };
}

export function documentSection(
  number: number,
  facts: CertificateFacts,
  wording: Wording,
): Section {
  const { label } = wording;
  const first = correctedAt(facts);
  return {
    number,
    title: wording.section.document,
    fields: [
      ...present(label.csv, facts.csv),
      ...present(label.messageId, facts.message.messageId),
      ...present(
        label.corrects,
        facts.corrects,
        first && `${label.issuedAt} ${localInstant(first)}`,
      ),
      ...present(label.issuedAt, localInstant(facts.issuedAt)),
      ...present(label.retainUntil, localInstant(facts.retainUntil)),
    ],
  };
}

/** The text stands alone in a frame, as it was received: nothing is added, left out or cut. */
export function writeContentSection(
  paper: Paper,
  number: number,
  facts: CertificateFacts,
  wording: Wording,
): void {
  const { message } = facts;
  const { label } = wording;
  heading(paper, number, wording.section.content);
  const { printed, marks } = asPrinted(paper, message.text, wording);
  writeFramed(paper, printed);
  const bytes = Buffer.byteLength(message.text, "utf8");
  const size = `${wording.counts.size({ characters: countCharacters(message.text), bytes, segments: message.segmentCount })} · ${message.encoding}`;
  const hash = `${label.textSha256}  ${message.textSha256}`;
  const small = paper.style("regular", 7.2);
  const { typesetter } = paper;
  const [left, right] = [typesetter.line(size, small), typesetter.line(hash, small)];
  if (left.width + right.width + 12 > COLUMN) {
    for (const text of [size, hash]) block(paper, text, { style: HINT, leading: 9.6, colour: INK });
    for (const mark of marks) note(paper, mark);
    return;
  }
  paper.ensure(paper.scaled(9.6));
  const owner = element("P");
  paper.document.children.push(owner);
  const base = paper.y + paper.scaled(7);
  paper.tagged(owner, () => {
    paper.show(left, FRAME.left, base, INK);
    paper.show(right, FRAME.left + COLUMN - right.width, base, INK);
  });
  paper.y += paper.scaled(9.6);
  for (const mark of marks) note(paper, mark);
}

/**
 * The text, with what it cannot be seen by explained below. One of nothing but white space is printed in
 * marks: an empty frame would say that there was no text.
 */
function asPrinted(
  { typesetter }: Paper,
  text: string,
  { marks }: Wording,
): { readonly printed: string; readonly marks: readonly string[] } {
  if (text.trim() !== "") {
    return { printed: text, marks: typesetter.hasNames(text, "regular") ? [marks.names] : [] };
  }
  const printed = Array.from(text, (one) =>
    one === " " ? "·" : one === "\n" ? `${nameOf(one)}\n` : nameOf(one),
  ).join("");
  const used = [text.includes(" ") && marks.spaces, printed.includes("[") && marks.names];
  return { printed, marks: used.filter((mark) => mark !== false) };
}

const HINT = { weight: "regular", size: 7.2 } as const;

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

/** What it certifies and what it does not, each as one paragraph behind its title. */
export function writeScopeSection(paper: Paper, number: number, wording: Wording): void {
  heading(paper, number, wording.section.scope);
  clause(paper, wording.scopeTitle.certified, wording.certified);
  clause(paper, wording.scopeTitle.notCertified, wording.notCertified);
  paper.y += paper.scaled(0.5);
  note(paper, wording.legal);
}

function clause(paper: Paper, title: string, text: string): void {
  const size = 7.6;
  const leading = 9.6;
  const bold = paper.typesetter.line(title, paper.style("bold", size));
  const indent = paper.scaled(84);
  paper.ensure(paper.scaled(2 * leading));
  const owner = element("P");
  paper.document.children.push(owner);
  const base = paper.y + paper.scaled(leading) * 0.72;
  paper.tagged(owner, () => paper.show(bold, FRAME.left, base, INK));
  block(paper, text, {
    style: { weight: "regular", size },
    leading,
    x: FRAME.left + indent,
    width: COLUMN - indent,
  });
  paper.y += paper.scaled(1.5);
}

export function writeEvidenceSection(
  paper: Paper,
  number: number,
  facts: CertificateFacts,
  wording: Wording,
  evidenceSha256: string,
): void {
  const { label } = wording;
  heading(paper, number, wording.section.evidence);
  fields(paper, [
    ...present(label.evidenceSha256, evidenceSha256),
    ...present(label.chainHead, facts.evidence.at(-1)?.sha256),
    ...present(label.seal, `PAdES (ETSI EN 319 142-1) · RFC 3161 · ${TEMPLATE} · ${POLICY}`),
  ]);
  paper.y += paper.scaled(1.5);
  const [records, receipts] = [facts.evidence.length, facts.receipts.length];
  note(paper, wording.evidenceNote({ records, receipts }));
}
