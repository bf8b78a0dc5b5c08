import type { CertificateFacts } from "../../domain/certificate.ts";
import { POLICY } from "../../domain/eni.ts";
import { element } from "../pdf/structure.ts";
import { TEMPLATE } from "../template.ts";
import type { Wording } from "../wording/wording.ts";
import type { Section } from "./columns.ts";
import { correctedAt } from "./corrected.ts";
import { localInstant } from "./instants.ts";
import { block, COLUMN, FRAME, INK, type Paper } from "./paper.ts";
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
