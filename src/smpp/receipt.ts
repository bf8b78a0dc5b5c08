import { sha256 } from "../domain/content.ts";
import { isFinal, type MessageState } from "../domain/delivery-receipt.ts";
import { parseMsisdn } from "../domain/msisdn.ts";
import type { ArrivedReceipt } from "../lifecycle/ports.ts";
import { TAG } from "./commands.ts";
import type { Dialect } from "./dialect.ts";
import { canonicalMessageId } from "./message-id.ts";
import { findTlv, type PduOf, type Tlv } from "./pdu.ts";
import { parseReceiptText, stateOfWord, type ReceiptText } from "./receipt-text.ts";

export type Report = PduOf<"deliver_sm"> | PduOf<"data_sm">;

/** Who brought a report, and when. */
export interface ReportOrigin {
  readonly operator: string;
  readonly link: string;
  readonly receivedAt: Date;
  readonly dialect: Dialect;
}

const MESSAGE_TYPE = 0x3c;
const SMSC_RECEIPT = 0x04;
const INTERMEDIATE = 0x20;
const SME_ACKNOWLEDGEMENTS = [0x08, 0x10];

/** message_state (SMPP 3.4, 5.2.28); 0 is SCHEDULED in SMPP 5.0. The position is the value. */
export const MESSAGE_STATES: readonly MessageState[] = [
  "ENROUTE",
  "ENROUTE",
  "DELIVERED",
  "EXPIRED",
  "DELETED",
  "UNDELIVERABLE",
  "ACCEPTED",
  "UNKNOWN",
  "REJECTED",
];

/**
 * Reads what the SMSC delivers. A report is known by its esm_class or by its TLVs, which no subscriber
 * can write, and never by its text. Where TLVs and text disagree, or the text is ambiguous or read
 * loosely, and a final state is at stake, the report is in doubt.
 *
 * @param raw the octets of the whole PDU
 */
export function readReport(pdu: Report, raw: Buffer, origin: ReportOrigin): ArrivedReceipt {
  const { operator, link, receivedAt, dialect } = origin;
  const type = pdu.fields.esmClass & MESSAGE_TYPE;
  const text = parseReceiptText(bodyOf(pdu));
  const acknowledgement = SME_ACKNOWLEDGEMENTS.includes(type);
  const tlvs = hasTlv(pdu, TAG.receiptedMessageId) || hasTlv(pdu, TAG.messageState);
  const report = (type & (SMSC_RECEIPT | INTERMEDIATE)) !== 0 || acknowledgement || tlvs;
  const base = {
    operator,
    link,
    receivedAt,
    raw: Buffer.from(raw),
    rawSha256: sha256(raw),
    recipient: recipientOf(pdu, report ? dialect.receiptAddresses : "swapped"),
  };
  if (!report) {
    const forged = text.stat !== undefined && text.id !== undefined;
    return {
      ...base,
      kind: "mobileOriginated",
      smscMessageId: undefined,
      messageState: "UNRECOGNISED",
      errorCode: undefined,
      operatorSubmitDate: undefined,
      operatorDoneDate: undefined,
      doubt: forged ? "a subscriber's text that looks like a receipt" : undefined,
    };
  }
  const id = readId(pdu, text, dialect);
  const state = readState(pdu, text, dialect);
  const doubts = [...id.doubts, ...state.doubts, ...text.ambiguous.values()];
  if (acknowledgement && !tlvs) doubts.push("an acknowledgement of the phone, not of the SMSC");
  if (type === INTERMEDIATE) doubts.push("a final state in an intermediate notification");
  return {
    ...base,
    kind: "deliveryReceipt",
    smscMessageId: id.key,
    messageState: state.state,
    errorCode: text.err ?? networkErrorCode(pdu),
    operatorSubmitDate: text.submitDate,
    operatorDoneDate: text.doneDate,
    doubt: state.final && doubts.length > 0 ? doubts.join("; ") : undefined,
  };
}

function hasTlv(pdu: { readonly tlvs: readonly Tlv[] }, tag: number): boolean {
  return pdu.tlvs.some((tlv) => tlv.tag === tag);
}

/** The octets after the user data header, in short_message or else in message_payload. */
function bodyOf(pdu: Report): Buffer {
  const short = pdu.command === "deliver_sm" ? pdu.fields.shortMessage : undefined;
  const body = short?.length ? short : (findTlv(pdu, TAG.messagePayload) ?? Buffer.alloc(0));
  const header = (pdu.fields.esmClass & 0x40) === 0 ? 0 : 1 + (body[0] ?? 0);
  return header < body.length ? body.subarray(header) : body;
}

function recipientOf(pdu: Report, addresses: Dialect["receiptAddresses"]): string | undefined {
  const source = internationalNumber(pdu.fields.sourceAddr);
  const destination = internationalNumber(pdu.fields.destinationAddr);
  return addresses === "swapped" ? (source ?? destination) : (destination ?? source);
}

/** The number when it is one beyond doubt: a national form would contradict the recipient. */
function internationalNumber(address: string): string | undefined {
  if (!/^\+?[0-9]{7,17}$/.test(address)) return undefined;
  try {
    return parseMsisdn(/^(\+|00)/.test(address) ? address : `+${address}`);
  } catch {
    return undefined;
  }
}

interface IdReading {
  readonly key: string | undefined;
  readonly doubts: readonly string[];
}

/** The TLV comes first; the text is its witness, and settles the base in which the TLV is written. */
function readId(pdu: Report, text: ReceiptText, dialect: Dialect): IdReading {
  const { idConvention, receiptedMessageId } = dialect;
  const values = pdu.tlvs
    .filter((tlv) => tlv.tag === TAG.receiptedMessageId)
    .map((tlv) => tlv.value.toString("latin1").replaceAll("\0", "").trim());
  const tlv = values[0] ? values[0] : undefined;
  const spoken = text.id && canonicalMessageId(text.id, idConvention, "receipt");
  if (tlv === undefined) {
    return { key: text.ambiguous.has("id") ? undefined : spoken, doubts: [] };
  }
  const doubts = new Set(values).size > 1 ? ["two receipted_message_id"] : [];
  const key = canonicalMessageId(tlv, idConvention, receiptedMessageId);
  if (spoken === undefined || spoken === key) return { key, doubts };
  const other = receiptedMessageId === "response" ? "receipt" : "response";
  if (canonicalMessageId(tlv, idConvention, other) === spoken) return { key: spoken, doubts };
  return { key, doubts: [...doubts, `the TLV names ${tlv}, the text ${text.id ?? ""}`] };
}

interface StateReading {
  readonly state: MessageState;
  /** Whether anything in the report claims a final state. */
  readonly final: boolean;
  readonly doubts: readonly string[];
}

function readState(pdu: Report, text: ReceiptText, dialect: Dialect): StateReading {
  const octets = pdu.tlvs.filter((tlv) => tlv.tag === TAG.messageState).map((tlv) => tlv.value);
  const claims = octets.map((value) => {
    return value.length === 1 ? (MESSAGE_STATES[value[0] ?? 9] ?? "UNRECOGNISED") : undefined;
  });
  const doubts: string[] = [];
  if (claims.includes(undefined)) doubts.push("message_state is not one octet");
  if (new Set(claims).size > 1) doubts.push("two message_state");
  const word = text.stat === undefined ? undefined : stateOfWord(text.stat, dialect.extraStates);
  const claimed = claims[0];
  const final = [...claims, word?.state].some((state) => state !== undefined && isFinal(state));
  if (claimed !== undefined) {
    if (word && word.state !== claimed) {
      doubts.push(`the TLV says ${claimed}, the text ${text.stat ?? ""}`);
    }
    return { state: claimed, final, doubts };
  }
  if (text.loose !== undefined) doubts.push(`read loosely: ${text.loose}`);
  if (word?.loose) doubts.push(`read loosely: stat:${text.stat ?? ""}`);
  const torn = text.ambiguous.has("stat");
  return {
    state: torn ? "UNRECOGNISED" : (word?.state ?? "UNRECOGNISED"),
    final: final || torn,
    doubts,
  };
}

/** Three octets, network type and code (SMPP 3.4, 5.3.2.31); some SMSCs write three digits instead. */
function networkErrorCode(pdu: Report): string | undefined {
  const value = findTlv(pdu, TAG.networkErrorCode);
  if (value?.length !== 3) return undefined;
  const digits = value.toString("latin1");
  return /^\d{3}$/.test(digits) ? digits : `${value.readUInt8(0)}:${value.readUInt16BE(1)}`;
}
