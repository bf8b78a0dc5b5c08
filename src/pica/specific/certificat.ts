import type { MessageId } from "../../domain/ids.ts";
import { inMadrid } from "../../domain/madrid.ts";
import type { CertificateKind } from "../../domain/outcome.ts";
import type { CertificateAnswer } from "../../lifecycle/calls/fetch-certificate.ts";
import { element } from "../../soap/xml/write.ts";
import { PENDING, writeErrors } from "./errors.ts";
import { KINDS } from "./words.ts";

/** Specific data of an answer: `pdf`, when there is one, goes as a Document between the two. */
export interface SpecificAnswer {
  readonly before: string;
  readonly pdf?: Buffer | undefined;
  readonly after: string;
  /** The message that the request was taken charge of as. */
  readonly messageId?: MessageId | undefined;
  /** Whose PDF it is. */
  readonly certificate?:
    { readonly messageId: MessageId; readonly kind: CertificateKind } | undefined;
}

export function writeCertificat(answer: CertificateAnswer, format: "PDF" | "URL"): SpecificAnswer {
  if (answer.state === "pending") {
    const before = [
      "<CertificatPendent>",
      element("IdMissatge", answer.messageId),
      element("DataPrevista", inMadrid(answer.expectedBy)),
      "</CertificatPendent>",
      writeErrors(PENDING),
    ].join("");
    return { before, after: "" };
  }
  const before = [
    "<CertificatEmes>",
    element("IdMissatge", answer.messageId),
    element("Tipus", KINDS[answer.kind]),
    element("DataEmissio", inMadrid(answer.issuedAt)),
    element("DataConservacio", inMadrid(answer.retainUntil)),
    element("Sha256", answer.sha256),
    element("Csv", answer.csv),
    element("UrlVerificacio", answer.verificationUrl),
    element("UrlDescarrega", `${answer.verificationUrl}/pdf`),
    element("FormatDocument", "PDF"),
  ].join("");
  const after = "</CertificatEmes>";
  if (format === "URL") return { before, after };
  const { messageId, kind, pdf } = answer;
  return { before, pdf, after, certificate: { messageId, kind } };
}
