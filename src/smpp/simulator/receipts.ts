import { TAG, type FieldsOf } from "../commands.ts";
import type { PduOf, Tlv } from "../pdu.ts";
import type { ReceiptPlan } from "./behaviours.ts";

/** A report ready to go out to whoever is bound as a receiver. */
export type OutgoingReport =
  | {
      readonly command: "deliver_sm";
      readonly fields: FieldsOf<"deliver_sm">;
      readonly tlvs: readonly Tlv[];
    }
  | {
      readonly command: "data_sm";
      readonly fields: FieldsOf<"data_sm">;
      readonly tlvs: readonly Tlv[];
    };

/** The report of one segment, in the layout of SMPP 3.4, Appendix B, with its addresses swapped. */
export function makeReport(
  submitted: PduOf<"submit_sm">["fields"],
  messageId: string,
  plan: ReceiptPlan,
  instants: { readonly submittedAt: Date; readonly doneAt: Date },
): OutgoingReport {
  const text =
    `id:${messageId} sub:001 dlvrd:${plan.stat === "DELIVRD" ? "001" : "000"} ` +
    `submit date:${minutes(instants.submittedAt)} done date:${minutes(instants.doneAt)} ` +
    `stat:${plan.stat} err:${plan.err} text:${excerpt(submitted)}`;
  const body = Buffer.from(text, "latin1");
  const addresses = {
    serviceType: "",
    sourceAddrTon: submitted.destAddrTon,
    sourceAddrNpi: submitted.destAddrNpi,
    sourceAddr: submitted.destinationAddr,
    destAddrTon: submitted.sourceAddrTon,
    destAddrNpi: submitted.sourceAddrNpi,
    destinationAddr: submitted.sourceAddr,
  };
  const esmClass = plan.forged ? 0 : 0x04;
  const tlvs = plan.messageState === undefined ? [] : stateTlvs(messageId, plan.messageState);
  if (plan.carrier === "dataSm") {
    const fields = { ...addresses, esmClass, registeredDelivery: 0, dataCoding: 0 };
    return { command: "data_sm", fields, tlvs };
  }
  const inPayload = plan.carrier === "messagePayload";
  return {
    command: "deliver_sm",
    fields: {
      ...addresses,
      esmClass,
      protocolId: 0,
      priorityFlag: 0,
      scheduleDeliveryTime: "",
      validityPeriod: "",
      registeredDelivery: 0,
      replaceIfPresentFlag: 0,
      dataCoding: plan.dataCoding,
      smDefaultMsgId: 0,
      shortMessage: inPayload ? Buffer.alloc(0) : body,
    },
    tlvs: inPayload ? [...tlvs, { tag: TAG.messagePayload, value: body }] : tlvs,
  };
}

function stateTlvs(messageId: string, messageState: number): readonly Tlv[] {
  return [
    { tag: TAG.receiptedMessageId, value: Buffer.from(`${messageId}\0`, "latin1") },
    { tag: TAG.messageState, value: Buffer.from([messageState]) },
  ];
}

/** YYMMDDhhmm, in UTC here; operators use the zone that they like. */
function minutes(at: Date): string {
  return at.toISOString().replace(/\D/g, "").slice(2, 12);
}

/** The first twenty characters of the message, as SMSCs echo them. */
function excerpt({ shortMessage, esmClass, dataCoding }: PduOf<"submit_sm">["fields"]): string {
  const body = shortMessage.subarray((esmClass & 0x40) === 0 ? 0 : 1 + (shortMessage[0] ?? 0));
  const text =
    dataCoding === 8
      ? Buffer.from(body.subarray(0, body.length & ~1))
          .swap16()
          .toString("utf16le")
      : body.toString("latin1");
  return text.replace(/[^ -~]/g, "?").slice(0, 20);
}
