import { createHmac, timingSafeEqual } from "node:crypto";
import { sha256 } from "../../domain/content.ts";
import { isFinal, type MessageState } from "../../domain/delivery-receipt.ts";
import type { ArrivedReceipt } from "../../lifecycle/ports.ts";
import { DEFAULT_DIALECT } from "../dialect.ts";
import { parseReceiptText, stateOfWord } from "../receipt-text.ts";

/** One call of Kannel to our dlr-url. */
export interface DlrCall {
  /** Ours: joins it to the segment. */
  readonly reference: string;
  readonly recipient: string;
  /** Kannel's dlr type, a bit each: 1 delivered, 2 failed, 4 buffered, 8 taken, 16 refused, 32 expired. */
  readonly type: number;
  /** The SMSC's id of the segment, when Kannel knows it. */
  readonly smscMessageId: string;
  /** The text of the operator's receipt, or `NACK/0x…/…`. */
  readonly answer: string;
}

export const TYPE = { taken: 8, refused: 16 } as const;

const STATES: Readonly<Record<number, MessageState>> = {
  1: "DELIVERED",
  2: "UNDELIVERABLE",
  4: "ENROUTE",
  8: "ACCEPTED",
  16: "REJECTED",
  34: "EXPIRED",
};

/** Kannel counts all of these as failed: its 2 does not contradict them. */
const FAILURES: readonly MessageState[] = ["UNDELIVERABLE", "REJECTED", "DELETED", "EXPIRED"];

/** The dlr-url of a segment. Kannel signs nothing, so that the reference carries our own seal. */
export function dlrUrl(base: string, secret: string, reference: string, recipient: string): string {
  const ours = new URLSearchParams({
    ref: reference,
    to: recipient,
    seal: seal(secret, reference, recipient),
  });
  return `${base}?${ours.toString()}&type=%d&fid=%F&answer=%A`;
}

/** Reads a call; undefined when its seal is not ours. */
export function readDlrCall(query: URLSearchParams, secret: string): DlrCall | undefined {
  const get = (name: string): string => query.get(name) ?? "";
  const expected = Buffer.from(seal(secret, get("ref"), get("to")));
  const given = Buffer.from(get("seal"));
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  return {
    reference: get("ref"),
    recipient: get("to"),
    type: Number(get("type")),
    smscMessageId: get("fid"),
    answer: get("answer"),
  };
}

function seal(secret: string, reference: string, recipient: string): string {
  return createHmac("sha256", secret).update(`${reference}/${recipient}`).digest("hex");
}

/** The command_status in `NACK/0x0000000b/Invalid Destination Address`. */
export function nackStatus(answer: string): number {
  return Number(/^NACK\/(0x[0-9a-f]+|\d+)/i.exec(answer)?.[1] ?? 0xff);
}

/** @param raw the request as it came: the evidence */
export function receiptOfCall(
  call: DlrCall,
  raw: Buffer,
  origin: { readonly operator: string; readonly link: string; readonly receivedAt: Date },
): ArrivedReceipt {
  const text = parseReceiptText(Buffer.from(call.answer, "latin1"));
  const claimed = STATES[call.type] ?? "UNRECOGNISED";
  const word =
    text.stat === undefined ? undefined : stateOfWord(text.stat, DEFAULT_DIALECT.extraStates);
  const agree =
    word === undefined ||
    word.state === claimed ||
    (!isFinal(word.state) && !isFinal(claimed)) ||
    (claimed === "UNDELIVERABLE" && FAILURES.includes(word.state));
  const doubts = [...text.ambiguous.values()];
  if (!agree) {
    doubts.push(`Kannel says ${claimed}, the operator ${text.stat ?? ""}`);
  }
  return {
    ...origin,
    kind: "deliveryReceipt",
    raw,
    rawSha256: sha256(raw),
    smscMessageId: call.reference,
    recipient: call.recipient,
    messageState: agree && word !== undefined && !word.loose ? word.state : claimed,
    errorCode: text.err,
    operatorSubmitDate: text.submitDate,
    operatorDoneDate: text.doneDate,
    doubt: doubts.length > 0 ? doubts.join("; ") : undefined,
  };
}
