import type { EniMetadata } from "../../domain/eni.ts";
import type { CertificateKind } from "../../domain/outcome.ts";
import type { CertificateAnswer } from "../../lifecycle/calls/fetch-certificate.ts";
import type { Payload } from "../answer.ts";
import { CONTRACT_NAMESPACE } from "../contract.ts";
import { element } from "../xml/write.ts";
import { fieldsOf } from "./fields.ts";
import { readKey } from "./GetStatus.ts";
import type { Operation } from "./operation.ts";

export const GetCertificate: Operation = {
  name: "GetCertificate",
  read(request) {
    const fields = fieldsOf(request);
    const csv = fields.text("csv");
    const key = csv === undefined ? readKey(request) : { csv };
    const asked = fields.text("kind");
    const kind = KINDS.find((each) => each === asked);
    return async (backend, caller) => write(await backend.fetchCertificate(caller, key, kind));
  },
};

const KINDS: readonly CertificateKind[] = ["positive", "negative", "corrective"];

function write(answer: CertificateAnswer): Payload {
  const start = `<GetCertificateResponse xmlns="${CONTRACT_NAMESPACE}">`;
  const end = "</GetCertificateResponse>";
  const messageId = element("messageId", answer.messageId);
  if (answer.state === "pending") {
    const expectedBy = element("expectedBy", answer.expectedBy);
    return `${start}<pending>${messageId}${expectedBy}</pending>${end}`;
  }
  const head = [
    start,
    "<issued>",
    messageId,
    element("kind", answer.kind),
    element("issuedAt", answer.issuedAt),
    element("retainUntil", answer.retainUntil),
    element("sha256", answer.sha256),
    element("csv", answer.csv),
    element("verificationUrl", answer.verificationUrl),
    element("corrects", answer.corrects),
    element("correctedBy", answer.correctedBy),
    answer.eni === undefined ? "" : writeEni(answer.eni),
    "<pdf>",
  ].join("");
  return { head, pdf: answer.pdf, tail: `</pdf></issued>${end}` };
}

function writeEni(eni: EniMetadata): string {
  const members = [
    element("version", eni.version),
    element("identifier", eni.identifier),
    element("organ", eni.organ),
    element("capturedAt", eni.capturedAt),
    element("origin", eni.origin),
    element("elaborationState", eni.elaborationState),
    element("formatName", eni.formatName),
    element("documentType", eni.documentType),
    element("signatureType", eni.signatureType),
    element("csv", eni.csv),
    element("csvRegulation", eni.csvRegulation),
    element("series", eni.series),
  ];
  return `<eni>${members.join("")}</eni>`;
}
