import { readdirSync, readFileSync } from "node:fs";
import type { ArrivedReceipt } from "../../src/lifecycle/ports.ts";
import { DEFAULT_DIALECT, type Dialect } from "../../src/smpp/dialect.ts";
import { canonicalMessageId } from "../../src/smpp/message-id.ts";
import { decodePdu, encodePdu } from "../../src/smpp/pdu.ts";
import { readReport } from "../../src/smpp/receipt.ts";

/** A receipt as seen in the field. Text is Latin-1, TLVs are hexadecimal by tag. */
interface Variant {
  readonly source: string;
  readonly command: "deliver_sm" | "data_sm";
  readonly esmClass: number;
  readonly dataCoding?: number;
  readonly carrier?: "message_payload";
  readonly tlvs?: Record<string, string>;
  readonly udh?: string;
  readonly dialect?: Partial<Dialect>;
  readonly text: string;
  readonly expect: Partial<Omit<ArrivedReceipt, "doubt">> & {
    readonly doubt?: string;
    /** The id of the submit_sm_resp that it must meet. */
    readonly answers?: string;
  };
}

const folder = new URL("../fixtures/receipts/", import.meta.url);
const names = readdirSync(folder).sort();
const source = { sourceAddrTon: 1, sourceAddrNpi: 1, sourceAddr: "34600100000" };
const destination = { destAddrTon: 1, destAddrNpi: 1, destinationAddr: "34699999999" };

function octetsOf(variant: Variant): Buffer {
  const { esmClass, dataCoding = 0 } = variant;
  const udh = Buffer.from(variant.udh ?? "", "hex");
  const body = Buffer.concat([udh, Buffer.from(variant.text, "latin1")]);
  const inPayload = variant.carrier === "message_payload";
  const tlvs = Object.entries(variant.tlvs ?? {}).map(([tag, value]) => {
    return { tag: Number.parseInt(tag, 16), value: Buffer.from(value, "hex") };
  });
  if (inPayload) tlvs.push({ tag: 0x0424, value: body });
  const addresses = { serviceType: "", ...source, ...destination };
  if (variant.command === "data_sm") {
    const fields = { ...addresses, esmClass, registeredDelivery: 0, dataCoding };
    return encodePdu("data_sm", { sequence: 1 }, fields, tlvs);
  }
  const fields = {
    ...addresses,
    esmClass,
    protocolId: 0,
    priorityFlag: 0,
    scheduleDeliveryTime: "",
    validityPeriod: "",
    registeredDelivery: 0,
    replaceIfPresentFlag: 0,
    dataCoding,
    smDefaultMsgId: 0,
    shortMessage: inPayload ? Buffer.alloc(0) : body,
  };
  return encodePdu("deliver_sm", { sequence: 1 }, fields, tlvs);
}

test.each(names)("%s", (name) => {
  const variant = JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Variant;
  const dialect: Dialect = { ...DEFAULT_DIALECT, ...variant.dialect };
  const octets = octetsOf(variant);
  const decoded = decodePdu(octets);
  if (decoded.kind !== "pdu") throw new Error("unreadable");
  if (decoded.pdu.command !== "deliver_sm" && decoded.pdu.command !== "data_sm") throw new Error();
  const read = readReport(decoded.pdu, octets, {
    operator: "Operator",
    link: "Operator/transceiver-1",
    receivedAt: new Date("2026-03-02T09:00:00Z"),
    dialect,
  });
  const { doubt, answers, ...rest } = variant.expect;
  expect(read).toMatchObject({ kind: "deliveryReceipt", recipient: "+34600100000", ...rest });
  if (rest.smscMessageId === undefined) expect(read.smscMessageId).toBeUndefined();
  if (doubt === undefined) expect(read.doubt).toBeUndefined();
  else expect(read.doubt).toContain(doubt);
  if (answers !== undefined) {
    const key = canonicalMessageId(answers, dialect.idConvention, "response");
    expect(read.smscMessageId).toBe(key);
  }
  expect(read.raw.equals(octets)).toBe(true);
});
