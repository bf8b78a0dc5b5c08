import { encodePdu } from "../../src/smpp/pdu.ts";

/** The deliver_sm by which operators report a delivery, as octets; for benches, which write into them. */
export function encodeReport({ id, sourceAddr }: { id: string; sourceAddr: string }): Buffer {
  const text =
    `id:${id} sub:001 dlvrd:001 submit date:2611250900 done date:2611250901 stat:DELIVRD ` +
    "err:000 text:Teniu una notificaci";
  return encodePdu(
    "deliver_sm",
    { sequence: 1 },
    {
      serviceType: "",
      sourceAddrTon: 1,
      sourceAddrNpi: 1,
      sourceAddr,
      destAddrTon: 5,
      destAddrNpi: 0,
      destinationAddr: "Govern",
      esmClass: 4,
      protocolId: 0,
      priorityFlag: 0,
      scheduleDeliveryTime: "",
      validityPeriod: "",
      registeredDelivery: 0,
      replaceIfPresentFlag: 0,
      dataCoding: 0,
      smDefaultMsgId: 0,
      shortMessage: Buffer.from(text, "latin1"),
    },
  );
}
