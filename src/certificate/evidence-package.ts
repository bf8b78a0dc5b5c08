import type { CertificateFacts } from "../domain/certificate.ts";
import { sha256 } from "../domain/content.ts";
import { POLICY } from "../domain/eni.ts";
import { canonicalJson } from "../domain/evidence.ts";
import type { SegmentView } from "../domain/message.ts";
import { escapeXml } from "./pdf/xml.ts";
import { TEMPLATE } from "./template.ts";

/**
 * Everything that the page says and what it rests on, for machines: canonical JSON (RFC 8785), so that
 * its hash can be printed. Raw receipts are in base64; the chain of evidence can be hashed again.
 */
export function evidenceJson(facts: CertificateFacts): Buffer {
  const { message, entity, logo, receipts, evidence, segments } = facts;
  return Buffer.from(
    canonicalJson({
      format: "sms-certificat/evidence/1",
      template: TEMPLATE,
      policy: POLICY,
      certificate: {
        kind: facts.kind,
        csv: facts.csv,
        verificationUrl: facts.verificationUrl,
        issuedAt: facts.issuedAt,
        retainUntil: facts.retainUntil,
        corrects: facts.corrects,
        operatorDeliveredAt: facts.operatorDeliveredAt,
      },
      eni: facts.eni,
      issuer: facts.issuer,
      sender: {
        name: entity.name,
        nif: entity.nif,
        dir3: entity.dir3,
        logo: logo && { description: logo.description, sha256: sha256(logo.samples) },
        username: facts.username,
      },
      operator: facts.operator,
      message,
      outcome: facts.outcome,
      segments: segments.map((segment: SegmentView) => ({ ...segment })),
      evidence,
      receipts: receipts.map((receipt) => ({ ...receipt, raw: receipt.raw.toString("base64") })),
    }),
    "utf8",
  );
}

const EVENTS = "http://uri.etsi.org/19522/Event/";
const NAMESPACE = "http://uri.etsi.org/19522/v1#";

/**
 * The outcome as one evidence in the shape of ETSI EN 319 522-3: ContentHandover (E.1) or
 * ContentHandoverFailure (E.2). It has the elements of the standard; it was not validated against its
 * schema.
 */
export function evidenceXml(facts: CertificateFacts): Buffer {
  const { message, entity, issuer, outcome, csv } = facts;
  const event = outcome.kind === "delivered" ? "ContentHandover" : "ContentHandoverFailure";
  const reason =
    outcome.kind === "delivered"
      ? ""
      : node("EventReasons", node("EventReason", text("Code", outcome.reason)));
  const evidence = [
    text("EvidenceIdentifier", `${csv}/${event}`),
    text("ERDSEventId", `${EVENTS}${event}`),
    reason,
    text("EventTime", outcome.at.toISOString()),
    text("SubmissionTime", message.acceptedAt.toISOString()),
    text("EvidenceIssuerPolicyID", POLICY),
    node("EvidenceIssuerDetails", party(issuer.name, issuer.nif)),
    node("SenderDetails", party(entity.name, entity.nif)),
    node(
      "RecipientDetails",
      optional("LegalName", message.recipient.name) +
        optional("LegalIdentifier", message.recipient.legalId) +
        text("ElectronicAddress", `tel:${message.recipient.msisdn}`),
    ),
    node(
      "UserContentInfo",
      text("Identifier", message.messageId) +
        text("DigestAlgorithm", "http://www.w3.org/2001/04/xmlenc#sha256") +
        text("DigestValue", Buffer.from(message.textSha256, "hex").toString("base64")) +
        text("Parts", String(message.segmentCount)),
    ),
  ].join("");
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<Evidence xmlns="${NAMESPACE}" version="EN319522v1.2.1">${evidence}</Evidence>\n`,
    "utf8",
  );
}

function node(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

function text(name: string, content: string): string {
  return node(name, escapeXml(content));
}

function optional(name: string, content: string | undefined): string {
  return content === undefined ? "" : text(name, content);
}

function party(name: string, nif: string): string {
  return text("LegalName", name) + text("LegalIdentifier", `VATES-${nif}`);
}
