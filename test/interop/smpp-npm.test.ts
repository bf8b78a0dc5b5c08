import type { AddressInfo } from "node:net";
import smpp, { type Pdu, type Session } from "smpp";
import type { ArrivedReceipt } from "../../src/lifecycle/ports.ts";
import { createSmppGateway } from "../../src/smpp/gateway.ts";
import { seededRandom } from "../../src/smpp/simulator/seeded-random.ts";
import { startSimulator } from "../../src/smpp/simulator/simulator.ts";
import { systemClock, systemRandom, systemTimers } from "../../src/system.ts";
import { until } from "../support/hands.ts";
import { segmentsFor } from "../support/operator.ts";

const parts = { clock: systemClock, timers: systemTimers, random: systemRandom };

test("our client and the server of npm smpp understand each other", async () => {
  const submitted: Pdu[] = [];
  const acknowledged: Pdu[] = [];
  const server = smpp.createServer((session) => {
    session.on("error", () => undefined);
    session.on("bind_transceiver", (pdu) => session.send(pdu.response({ system_id: "npm" })));
    session.on("enquire_link", (pdu) => session.send(pdu.response()));
    session.on("unbind", (pdu) => {
      session.send(pdu.response());
      session.close();
    });
    session.on("deliver_sm_resp", (pdu) => acknowledged.push(pdu));
    session.on("submit_sm", (pdu) => {
      submitted.push(pdu);
      session.send(pdu.response({ message_id: `npm-${submitted.length}` }));
      session.send(
        new smpp.PDU("deliver_sm", {
          source_addr: pdu["destination_addr"],
          destination_addr: pdu["source_addr"],
          esm_class: 4,
          receipted_message_id: `npm-${submitted.length}`,
          message_state: 2,
          short_message: Buffer.from(`id:npm-${submitted.length} stat:DELIVRD err:000 text:`),
        }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const receipts: ArrivedReceipt[] = [];
  const gateway = createSmppGateway(
    { operator: "npm", host: "127.0.0.1", port, systemId: "certsms", password: "secret" },
    parts,
  );
  await gateway.start((receipt) => {
    receipts.push(receipt);
    return Promise.resolve();
  });
  await until(() => gateway.isReady());
  const text = "Notificació: plaça de l’Ajuntament. ".repeat(3);
  const segments = segmentsFor(gateway, parts, "+34600100000", text);
  const answers = await Promise.all(segments.map((segment) => gateway.submit(segment)));
  await until(() => receipts.length === segments.length && acknowledged.length === segments.length);
  expect(answers.map((answer) => answer.kind === "accepted" && answer.matchKey)).toEqual([
    "NPM-1",
    "NPM-2",
  ]);
  expect(receipts).toMatchObject([
    { smscMessageId: "NPM-1", messageState: "DELIVERED", doubt: undefined },
    { smscMessageId: "NPM-2", messageState: "DELIVERED", doubt: undefined },
  ]);
  const bodies = submitted.map((pdu) => (pdu["short_message"] as { message: string }).message);
  expect(bodies.join("")).toBe(text);
  expect(submitted[0]).toMatchObject({ data_coding: 8, registered_delivery: 1, esm_class: 0x40 });
  await gateway.stop();
  server.close();
});

test("the client of npm smpp and our simulator understand each other", async () => {
  const simulator = await startSimulator(
    { host: "127.0.0.1", port: 0, unkind: false, password: "secret", receiptDelay: 20 },
    { clock: systemClock, timers: systemTimers, random: seededRandom("npm") },
  );
  const session: Session = smpp.connect({ url: `smpp://127.0.0.1:${simulator.port}` });
  const delivered: Pdu[] = [];
  session.on("deliver_sm", (pdu) => {
    delivered.push(pdu);
    session.send(pdu.response());
  });
  const bind = (password: string): Promise<Pdu> =>
    new Promise((resolve) => {
      session.bind_transceiver({ system_id: "x", password, interface_version: 0x34 }, resolve);
    });
  expect((await bind("wrong")).command_status).toBe(0x0e);
  expect((await bind("secret")).command_status).toBe(0);
  const submit = (destination: string): Promise<Pdu> =>
    new Promise((resolve) => {
      session.submit_sm(
        { destination_addr: destination, registered_delivery: 1, short_message: "Hola" },
        resolve,
      );
    });
  const taken = await submit("34600100000");
  expect((await submit("34600100007")).command_status).toBe(0x0b);
  await until(() => delivered.length === 1 && simulator.waiting() === 0, "the receipt");
  expect(delivered[0]).toMatchObject({
    esm_class: 4,
    source_addr: "34600100000",
    receipted_message_id: taken["message_id"],
    message_state: 2,
  });
  session.close();
  await simulator.stop();
});
