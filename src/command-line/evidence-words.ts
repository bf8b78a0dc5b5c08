import type { DeliveryReceipt } from "../domain/delivery-receipt.ts";
import type { EvidenceBody } from "../domain/evidence.ts";

/** One record of evidence, for a person who administers the service. */
export function inWords(body: EvidenceBody): string {
  switch (body.event) {
    case "SubmissionAcceptance":
      return `accepted, ${body.segmentCount} segment(s)`;
    case "SubmissionCancelled":
      return "cancelled by the caller";
    case "RelayAttempt":
      return `attempt ${body.attempt}: handed to ${body.operator}`;
    case "RelayDeferred":
      return `attempt ${body.attempt}: put off by the operator${status(body.commandStatus)}`;
    case "RelayToNonERDS":
      return `attempt ${body.attempt}: every segment taken by the operator`;
    case "RelayToNonERDSFailure":
      return body.reason === "refused"
        ? `attempt ${body.attempt}: refused by the operator${status(body.commandStatus)}`
        : `attempt ${body.attempt}: the operator's answer was lost`;
    case "DeliveryReceipt": {
      const by = body.matchedBy === "id" ? "" : ", matched by number only";
      const doubt = body.doubt === null ? "" : `, in doubt: ${body.doubt}`;
      return `segment ${body.segment} reported ${body.messageState}${by}${doubt}`;
    }
    case "ResendOrdered":
      return `${body.orderedBy} ordered to send it again: ${body.reason}`;
    case "ContentHandover":
      return "closed: delivered";
    case "ContentHandoverFailure":
      return `closed: not delivered (${body.reason})`;
    case "LateDelivery":
      return `delivered late, dated ${body.deliveredAt ?? "never"} (${body.verdict})`;
    case "ConflictDecided":
      return `${body.decidedBy} decided that it counts as ${body.as} (${body.conflict}): ${body.reason}`;
    case "CertificateIssued":
      return `${body.kind} certificate issued: ${body.csv}`;
    case "CertificateMailed":
      return `${body.kind} certificate mailed`;
  }
}

/** What the operator reported; its bytes, which may hold the text of the message, stay where they are. */
export function receiptInWords(receipt: DeliveryReceipt): string {
  return [
    receipt.receivedAt.toISOString(),
    receipt.messageState,
    `id ${receipt.smscMessageId ?? "(none)"}`,
    `submit date ${receipt.operatorSubmitDate ?? "(none)"}`,
    `done date ${receipt.operatorDoneDate ?? "(none)"}`,
    `err ${receipt.errorCode ?? "(none)"}`,
    ...(receipt.doubt === undefined ? [] : [`in doubt: ${receipt.doubt}`]),
    `receipt ${receipt.receiptId}`,
  ].join("  ");
}

function status(code: number | null): string {
  return code === null ? "" : ` (command_status 0x${code.toString(16).padStart(8, "0")})`;
}
