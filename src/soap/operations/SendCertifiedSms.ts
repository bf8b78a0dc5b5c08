import type { Officer, Submission } from "../../domain/submission.ts";
import { LANGUAGES } from "../../domain/words.ts";
import type { Acceptance } from "../../lifecycle/accept-submission.ts";
import { CONTRACT_NAMESPACE } from "../contract.ts";
import type { XmlNode } from "../xml/node.ts";
import { element } from "../xml/write.ts";
import { fieldsOf, needed, type Fields } from "./fields.ts";
import type { Operation } from "./operation.ts";

export const SendCertifiedSms: Operation = {
  name: "SendCertifiedSms",
  read(request) {
    const fields = fieldsOf(request);
    const submission = readSubmission(fields);
    const dryRun = fields.flag("dryRun");
    return async (backend, caller, _means, correlationId) =>
      writeAcceptance(
        await backend.acceptSubmission(caller, submission, { dryRun, correlationId }),
      );
  },
};

function readSubmission(fields: Fields): Submission {
  const recipient = fieldsOf(needed(fields.node("recipient")));
  const officer = fields.node("officer");
  const language = fields.text("language");
  return {
    clientReference: needed(fields.text("clientReference")),
    recipient: {
      msisdn: needed(recipient.text("msisdn")),
      name: recipient.token("name"),
      legalId: recipient.token("legalId"),
    },
    text: needed(fields.text("text")),
    sender: fields.text("sender"),
    language: LANGUAGES.find((each) => each === language),
    fileNumber: fields.token("fileNumber"),
    purpose: fields.token("purpose"),
    officer: officer && readOfficer(officer),
    costCentre: fields.token("costCentre"),
    scheduledAt: fields.instant("scheduledAt"),
    mailbox: fields.token("mailbox"),
    channel: "soap",
  };
}

function readOfficer(node: XmlNode): Officer {
  const fields = fieldsOf(node);
  return {
    name: needed(fields.token("name")),
    nif: needed(fields.token("nif")),
    email: fields.token("email"),
  };
}

function writeAcceptance(acceptance: Acceptance): string {
  const characters = acceptance.unicodeCharacters.join("");
  return [
    `<SendCertifiedSmsResponse xmlns="${CONTRACT_NAMESPACE}">`,
    element("messageId", acceptance.messageId),
    element("stage", acceptance.stage),
    element("acceptedAt", acceptance.acceptedAt),
    element("receiptDeadline", acceptance.receiptDeadline),
    element("encoding", acceptance.encoding),
    element("unicodeCharacters", characters === "" ? undefined : characters),
    element("segments", acceptance.segments),
    "<charge>",
    element("sms", acceptance.charge.sms),
    element("certificate", acceptance.charge.certificate),
    "</charge></SendCertifiedSmsResponse>",
  ].join("");
}
