import type { OutgoingSegment } from "../lifecycle/ports.ts";
import { readUdh16 } from "./alphabet.ts";
import { TAG, type FieldsOf } from "./commands.ts";
import type { Dialect } from "./dialect.ts";
import type { Tlv } from "./pdu.ts";

/** Final receipts of success and failure, and with 0x10 intermediate ones (SMPP 3.4, 5.2.17). */
const FINAL_RECEIPT = 0x01;
const INTERMEDIATE_TOO = 0x11;
const SHORTEST_VALIDITY = 60;
const LONGEST_SHORT_MESSAGE = 254;

interface Submission {
  readonly fields: FieldsOf<"submit_sm">;
  readonly tlvs: readonly Tlv[];
}

/** A segment in the words of SMPP 3.4, 4.4.1. A receipt is asked for every one. */
export function submitFields(segment: OutgoingSegment, now: Date, dialect: Dialect): Submission {
  const { recipient, sender, payload, validUntil } = segment;
  const source = addressOfSender(sender, dialect);
  const carried = carry(payload, segment.esmClass, dialect);
  const seconds = Math.floor((validUntil.getTime() - now.getTime()) / 1_000);
  return {
    fields: {
      serviceType: dialect.serviceType,
      sourceAddrTon: source.ton,
      sourceAddrNpi: source.npi,
      sourceAddr: source.address,
      destAddrTon: dialect.destination.ton,
      destAddrNpi: dialect.destination.npi,
      destinationAddr: dialect.destinationForm === "plus" ? recipient : recipient.slice(1),
      esmClass: carried.esmClass,
      protocolId: dialect.protocolId,
      priorityFlag: dialect.priorityFlag,
      scheduleDeliveryTime: "",
      validityPeriod: relativeTime(
        Math.max(Math.min(seconds, dialect.longestValidity), SHORTEST_VALIDITY),
      ),
      registeredDelivery: dialect.intermediateReceipts ? INTERMEDIATE_TOO : FINAL_RECEIPT,
      replaceIfPresentFlag: 0,
      dataCoding: segment.dataCoding,
      smDefaultMsgId: 0,
      shortMessage: carried.shortMessage,
    },
    tlvs: carried.tlvs,
  };
}

/** Sender as it goes into source_addr; a query must name the same one. */
export function addressOfSender(
  sender: string | undefined,
  dialect: Dialect,
): { readonly address: string; readonly ton: number; readonly npi: number } {
  if (sender === undefined) return { address: "", ton: 0, npi: 0 };
  if (!/^\+?\d+$/.test(sender)) return { address: sender, ...dialect.aliasSender };
  return { address: sender.replace("+", ""), ...dialect.numericSender };
}

interface Carried {
  readonly shortMessage: Buffer;
  readonly esmClass: number;
  readonly tlvs: readonly Tlv[];
}

function carry(payload: Buffer, esmClass: number, dialect: Dialect): Carried {
  if (payload.length > LONGEST_SHORT_MESSAGE) {
    return {
      shortMessage: Buffer.alloc(0),
      esmClass,
      tlvs: [{ tag: TAG.messagePayload, value: payload }],
    };
  }
  const parts =
    dialect.concatenation === "sar" && esmClass === 0x40 ? readUdh16(payload) : undefined;
  if (!parts) return { shortMessage: payload, esmClass, tlvs: [] };
  const reference = Buffer.alloc(2);
  reference.writeUInt16BE(parts.reference);
  return {
    shortMessage: parts.text,
    esmClass: 0,
    tlvs: [
      { tag: TAG.sarMsgRefNum, value: reference },
      { tag: TAG.sarTotalSegments, value: Buffer.from([parts.total]) },
      { tag: TAG.sarSegmentSeqnum, value: Buffer.from([parts.number]) },
    ],
  };
}

/** Relative time (SMPP 3.4, 7.1.1.2): `000005000000000R` is five days. */
function relativeTime(seconds: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  const days = Math.min(seconds / 86_400, 99);
  return `0000${two(days)}${two((seconds / 3_600) % 24)}${two((seconds / 60) % 60)}${two(seconds % 60)}000R`;
}
