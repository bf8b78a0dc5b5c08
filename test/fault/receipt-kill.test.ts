import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { TAG, type FieldsOf } from "../../src/smpp/commands.ts";
import { encodePdu } from "../../src/smpp/pdu.ts";
import { findEmbedded } from "../../src/store/embedded.ts";
import { until } from "../support/hands.ts";
import { startScriptedSmsc } from "../support/scripted-smsc.ts";
import { serve } from "../support/served.ts";

/** The kill falls when so many receipts of the round have been acknowledged. */
const KILLS = [0, 1, 20];
const RECEIPTS = 60;

const FIELDS: FieldsOf<"deliver_sm"> = {
  serviceType: "",
  sourceAddrTon: 1,
  sourceAddrNpi: 1,
  sourceAddr: "34600100000",
  destAddrTon: 0,
  destAddrNpi: 0,
  destinationAddr: "",
  esmClass: 4,
  protocolId: 0,
  priorityFlag: 0,
  scheduleDeliveryTime: "",
  validityPeriod: "",
  registeredDelivery: 0,
  replaceIfPresentFlag: 0,
  dataCoding: 0,
  smDefaultMsgId: 0,
  shortMessage: Buffer.alloc(0),
};

function deliverSm(id: number): Buffer {
  return encodePdu("deliver_sm", { sequence: id }, FIELDS, [
    { tag: TAG.receiptedMessageId, value: Buffer.from(`${id}\0`) },
    { tag: TAG.messageState, value: Buffer.from([2]) },
  ]);
}

test("killed while receipts come in, no receipt that was acknowledged is missing", async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), "sms-certificat-receipt-kill-"));
  const acknowledged = new Set<number>();
  const smsc = await startScriptedSmsc((pdu) => {
    if (pdu.command === "deliver_sm_resp" && pdu.commandStatus === 0)
      acknowledged.add(pdu.sequence);
  });
  const settings = { DATA_DIRECTORY: dataDirectory, SMPP_PORT: String(smsc.port) };
  let sent = 0;
  let service = await serve(settings);
  for (const kill of KILLS) {
    await until(() => / is bound/.test(service.output()), "the bind");
    const before = acknowledged.size;
    // One packet each, so that they do not all share one commit.
    for (let each = 0; each < RECEIPTS; each++) {
      smsc.socket().write(deliverSm(++sent));
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
      if (acknowledged.size - before >= kill && each >= kill) break;
    }
    await until(() => acknowledged.size - before >= kill, "the acknowledgements");
    await service.kill();
    service = await serve(settings);
  }
  const embedded = await findEmbedded(dataDirectory);
  if (!embedded) throw new Error("the database of the service is not there");
  const db = new pg.Pool(embedded.owner);
  // The server may end while the last connection is being closed.
  db.on("error", () => undefined);
  const { rows } = await db.query<{ id: string }>("select smsc_message_id as id from receipts");
  await db.end();
  await service.kill();
  await smsc.close();
  await rm(dataDirectory, { recursive: true, force: true });
  const stored = new Set(rows.map(({ id }) => Number(id)));
  expect([...acknowledged].filter((id) => !stored.has(id))).toEqual([]);
  expect(acknowledged.size).toBeGreaterThanOrEqual(Math.max(...KILLS));
  expect(acknowledged.size).toBeLessThanOrEqual(sent);
}, 120_000);
