import type { CertificateFacts } from "../../domain/certificate.ts";
import { countCharacters } from "../../domain/content.ts";
import { POLICY } from "../../domain/eni.ts";
import { element } from "../pdf/structure.ts";
import { TEMPLATE } from "../template.ts";
import type { Wording } from "../wording/wording.ts";
import { madridInstant, utcInstant } from "./instants.ts";
import { block, COLUMN, FRAME, RULE, SHADE, SOFT, type Paper } from "./paper.ts";
import { dashes, fields, heading, type Field } from "./parts.ts";

const NOTE = { weight: "regular", size: 8.4 } as const;

function present(label: string, value: string | undefined, remark?: string): Field[] {
  if (value === undefined || value === "") return [];
  return [remark === undefined ? { label, value } : { label, value, remark }];
}

export function writeDocumentSection(
  paper: Paper,
  facts: CertificateFacts,
  wording: Wording,
): void {
  const { label } = wording;
  heading(paper, 1, wording.section.document);
  fields(paper, [
    ...present(label.csv, facts.csv),
    ...present(label.messageId, facts.message.messageId),
    ...present(label.corrects, facts.corrects),
    ...present(label.issuedAt, madridInstant(facts.issuedAt), utcInstant(facts.issuedAt)),
    ...present(label.retainUntil, madridInstant(facts.retainUntil)),
  ]);
}

export function writeSenderSection(paper: Paper, facts: CertificateFacts, wording: Wording): void {
  const { label } = wording;
  const { entity, message, username } = facts;
  const { officer } = message;
  heading(paper, 2, wording.section.sender);
  fields(paper, [
    ...present(label.entity, `${entity.name} · ${label.nif} ${entity.nif}`),
    ...present(label.dir3, entity.dir3),
    ...present(label.user, `${username} · ${wording.channel[message.channel]}`),
    ...present(
      label.officer,
      officer && [officer.name, officer.nif, officer.email].filter(Boolean).join(" · "),
    ),
    ...present(label.clientReference, message.clientReference),
    ...present(label.fileNumber, message.fileNumber),
    ...present(label.purpose, message.purpose),
    ...present(label.costCentre, message.costCentre),
    ...present(label.senderShown, message.sender ?? label.senderDefault),
  ]);
}

export function writeRecipientSection(
  paper: Paper,
  facts: CertificateFacts,
  wording: Wording,
): void {
  const { label, declared } = wording;
  const { recipient } = facts.message;
  heading(paper, 3, wording.section.recipient);
  fields(paper, [
    ...present(label.number, recipient.msisdn),
    ...present(label.name, recipient.name, declared),
    ...present(label.legalId, recipient.legalId, declared),
    ...present(label.operator, facts.operator),
  ]);
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
  block(paper, label.text, { style: NOTE, leading: 12, colour: SOFT });
  writeFramed(paper, message.text);
  const bytes = Buffer.byteLength(message.text, "utf8");
  fields(paper, [
    ...present(
      label.characters,
      `${countCharacters(message.text)} Unicode · ${bytes} bytes UTF-8 · ${message.encoding} · ${message.segmentCount} SMS`,
    ),
    ...present(label.textSha256, message.textSha256),
  ]);
}

function writeFramed(paper: Paper, text: string): void {
  const style = { weight: "regular", size: 10 } as const;
  const leading = 14.5;
  const padding = 9;
  const owner = element("P");
  paper.document.children.push(owner);
  let lines = paper.typesetter.lines(text, style, COLUMN - 2 * padding - 6);
  while (lines.length > 0) {
    paper.ensure(leading + 2 * padding);
    const fitting = Math.max(1, Math.floor((paper.room - 2 * padding) / leading));
    const now = lines.slice(0, fitting);
    const height = now.length * leading + 2 * padding;
    const top = paper.y + 2;
    paper.artifact(() => {
      paper.rectangle(FRAME.left, top, COLUMN, height, RULE);
      paper.rectangle(FRAME.left + 0.6, top + 0.6, COLUMN - 1.2, height - 1.2, "1 1 1");
      paper.rectangle(FRAME.left + 0.6, top + 0.6, 4, height - 1.2, SHADE);
    });
    paper.tagged(owner, () => {
      now.forEach((line, index) => {
        const y = top + padding + (index + 1) * leading - 4;
        paper.show(line, FRAME.left + padding + 4, y, "0 0 0");
      });
    });
    paper.y = top + height + 5;
    lines = lines.slice(fitting);
  }
}

export function writeScopeSection(paper: Paper, number: number, wording: Wording): void {
  heading(paper, number, wording.section.scope);
  dashes(paper, wording.scopeTitle.certified, wording.certified);
  dashes(paper, wording.scopeTitle.notCertified, wording.notCertified);
  block(paper, wording.legal, { style: NOTE, leading: 11.6, colour: SOFT });
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
    ...present(label.chainHead, facts.evidence.at(-1)?.sha256),
    ...present(label.records, String(facts.evidence.length)),
    ...present(label.receipts, String(facts.receipts.length)),
    ...present(label.evidenceSha256, evidenceSha256),
    ...present(label.seal, "PAdES (ETSI EN 319 142-1) · RFC 3161"),
    ...present(label.template, `${TEMPLATE} · ${POLICY}`),
  ]);
  block(paper, wording.evidenceNote, { style: NOTE, leading: 11.6, colour: SOFT });
}
