import { fileURLToPath } from "node:url";
import type { ArrivedReceipt, SmsGateway, SubmitAnswer } from "../../src/lifecycle/ports.ts";
import { createKannelGateway } from "../../src/smpp/kannel/gateway.ts";
import { seededRandom } from "../../src/smpp/simulator/seeded-random.ts";
import { startSimulator } from "../../src/smpp/simulator/simulator.ts";
import { systemClock, systemRandom, systemTimers } from "../../src/system.ts";
import { startChild } from "../support/child.ts";
import { until } from "../support/hands.ts";
import { startKannel, type Kannel } from "../support/kannel.ts";
import { segmentsFor } from "../support/operator.ts";
import { peer } from "../support/peers.ts";

interface Smsc {
  readonly port: number;
  /** The texts and headers that arrived, as hexadecimal. */
  taken(): readonly string[];
  stop(): Promise<void>;
}

async function ourSimulator(): Promise<Smsc> {
  const taken: string[] = [];
  const simulator = await startSimulator(
    { host: "127.0.0.1", port: 0, unkind: false, password: "secret", receiptDelay: 300 },
    {
      clock: systemClock,
      timers: systemTimers,
      random: seededRandom("kannel"),
      taken: (fields) => taken.push(fields.shortMessage.toString("hex")),
    },
  );
  return { port: simulator.port, taken: () => taken, stop: () => simulator.stop() };
}

async function netSmpp(): Promise<Smsc> {
  const script = fileURLToPath(new URL("./smsc.pl", import.meta.url));
  const child = startChild("perl", [script, "0.3"]);
  const port = Number((await child.line(/^port (\d+)/))[1]);
  const taken = (): readonly string[] =>
    child.lines.flatMap((line) => (line.startsWith("took") ? (line.split(" ").at(-1) ?? "") : []));
  return { port, taken, stop: () => child.stop() };
}

const there = peer(
  "/usr/sbin/bearerbox",
  "/usr/sbin/smsbox",
  "perl",
  "/usr/share/perl5/Net/SMPP.pm",
);

there("Kannel 1.4.5 between our HTTP transport and an SMSC", () => {
  describe.each([
    ["our simulator, which it judges as an ESME", ourSimulator],
    ["an SMSC on Net::SMPP", netSmpp],
  ])("%s", (_, startSmsc) => {
    let smsc: Smsc;
    let kannel: Kannel;
    let gateway: SmsGateway;
    let receipts: ArrivedReceipt[];
    let failures = 0;

    beforeAll(async () => {
      smsc = await startSmsc();
      kannel = await startKannel(smsc.port, "secret");
      gateway = createKannelGateway(
        {
          operator: "Kannel",
          sendUrl: kannel.sendUrl,
          username: "tester",
          password: "foobar",
          callback: { host: "127.0.0.1", port: 0 },
          secret: "a secret of the test",
          patience: 20_000,
        },
        { clock: systemClock, timers: systemTimers, random: systemRandom },
      );
      await gateway.start((receipt) => {
        if (failures-- > 0) return Promise.reject(new Error("no database"));
        receipts.push(receipt);
        return Promise.resolve();
      });
    });
    beforeEach(() => {
      receipts = [];
      failures = 0;
    });
    afterAll(async () => {
      await gateway.stop();
      await kannel.stop();
      await smsc.stop();
    });

    const send = (suffix: string, text: string): Promise<readonly SubmitAnswer[]> => {
      const segments = segmentsFor(gateway, { clock: systemClock }, `+34600100${suffix}`, text);
      return Promise.all(segments.map((segment) => gateway.submit(segment)));
    };

    test.each([
      ["000", "DELIVERED"],
      ["010", "EXPIRED"],
      ["011", "DELIVERED"],
      ["019", "REJECTED"],
    ])("%s is reported %s", async (suffix, state) => {
      const [answer] = await send(suffix, "Hola");
      expect(answer).toMatchObject({ kind: "accepted" });
      await until(() => receipts.length === 1, "the receipt");
      expect(receipts[0]).toMatchObject({
        messageState: state,
        recipient: `+34600100${suffix}`,
        smscMessageId: answer?.kind === "accepted" ? answer.matchKey : "",
        doubt: undefined,
      });
    });

    test("a refusal of the SMSC is told with its command_status", async () => {
      expect(await send("007", "Hola")).toEqual([
        { kind: "refused", commandStatus: 0x0b, permanent: true },
      ]);
    });

    test("Catalan in several segments arrives as it was planned, each with its receipt", async () => {
      const before = smsc.taken().length;
      const text = "Notificació de l’Ajuntament: col·laboració, plaça € [1]. ".repeat(4);
      const planned = gateway.plan(text, 77).segments.map(({ payload }) => payload.toString("hex"));
      await send("000", text);
      await until(() => receipts.length === planned.length, "all receipts");
      expect(smsc.taken().slice(before).toSorted()).toEqual(planned.toSorted());
    });

    test("the GSM alphabet arrives as it was planned", async () => {
      const before = smsc.taken().length;
      const text = "Avis: 3 € [à] {é} ~ñ_@$ ".repeat(8);
      const planned = gateway.plan(text, 77).segments.map(({ payload }) => payload.toString("hex"));
      expect(planned).toHaveLength(2);
      await send("000", text);
      await until(() => receipts.length === 2, "both receipts");
      expect(smsc.taken().slice(before).toSorted()).toEqual(planned.toSorted());
    });

    test("a receipt that cannot be stored is brought again", async () => {
      failures = 1;
      await send("000", "Hola");
      await until(() => receipts.length === 1, "the repeated receipt");
    });
  });
});
