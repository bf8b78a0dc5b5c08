import { sha256 } from "../domain/content.ts";
import type { ArrivedReceipt, RelayedSegment } from "../lifecycle/ports.ts";
import { STATUS } from "./command-status.ts";
import type { Dialect } from "./dialect.ts";
import type { Session } from "./link/session.ts";
import { canonicalMessageId } from "./message-id.ts";
import { MESSAGE_STATES } from "./receipt.ts";
import { addressOfSender } from "./submit-fields.ts";

/**
 * Asks with query_sm (SMPP 3.4, 4.8). Many SMSCs refuse it or have forgotten the segment by then:
 * undefined, which is evidence of nothing.
 */
export async function querySegment(
  session: Session,
  { smscMessageId, recipient, sender }: RelayedSegment,
  dialect: Dialect,
): Promise<Omit<ArrivedReceipt, "operator" | "link" | "receivedAt"> | undefined> {
  const { ton, npi, address } = addressOfSender(sender, dialect);
  const answer = await session.request("query_sm", {
    messageId: smscMessageId,
    sourceAddrTon: ton,
    sourceAddrNpi: npi,
    sourceAddr: address,
  });
  if (answer.kind !== "answered" || answer.pdu.command !== "query_sm_resp") return undefined;
  const { fields, commandStatus } = answer.pdu;
  if (commandStatus !== STATUS.ROK) return undefined;
  const key = (id: string): string => canonicalMessageId(id, dialect.idConvention, "response");
  const other = key(fields.messageId) !== key(smscMessageId);
  return {
    kind: "deliveryReceipt",
    raw: Buffer.from(answer.raw),
    rawSha256: sha256(answer.raw),
    smscMessageId: key(smscMessageId),
    recipient,
    messageState: MESSAGE_STATES[fields.messageState] ?? "UNRECOGNISED",
    errorCode: fields.errorCode === 0 ? undefined : String(fields.errorCode),
    operatorSubmitDate: undefined,
    operatorDoneDate: fields.finalDate === "" ? undefined : fields.finalDate,
    doubt: other ? `asked about ${smscMessageId}, answered about ${fields.messageId}` : undefined,
  };
}
