import { fileURLToPath } from "node:url";
import type { ArrivedReceipt, SubmitAnswer } from "../../src/lifecycle/ports.ts";
import { createSmppGateway, type SmppGateway, type SmppSettings } from "../../src/smpp/gateway.ts";
import { systemClock, systemRandom, systemTimers } from "../../src/system.ts";
import { startChild, type Child } from "../support/child.ts";
import { until } from "../support/hands.ts";
import { segmentsFor } from "../support/operator.ts";
import { peer } from "../support/peers.ts";

const SCRIPT = fileURLToPath(new URL("./smsc.pl", import.meta.url));

peer("perl", "/usr/share/perl5/Net/SMPP.pm")("an SMSC on Net::SMPP", () => {
  let smsc: Child;
  let gateway: SmppGateway;
  let receipts: ArrivedReceipt[];

  async function start(settings: Partial<SmppSettings> = {}): Promise<void> {
    smsc = startChild("perl", [SCRIPT, "0.02"]);
    const port = Number((await smsc.line(/^port (\d+)/))[1]);
    receipts = [];
    gateway = createSmppGateway(
      {
        operator: "Net::SMPP",
        host: "127.0.0.1",
        port,
        systemId: "certsms",
        password: "secret",
        ...settings,
      },
      { clock: systemClock, timers: systemTimers, random: systemRandom },
    );
    await gateway.start((receipt) => {
      receipts.push(receipt);
      return Promise.resolve();
    });
    await until(() => gateway.isReady(), "the bind");
  }

  afterEach(async () => {
    await gateway.stop();
    await smsc.stop();
  });

  const send = (suffix: string, text = "Avís"): Promise<readonly SubmitAnswer[]> => {
    const segments = segmentsFor(gateway, { clock: systemClock }, `+34600100${suffix}`, text);
    return Promise.all(segments.map((segment) => gateway.submit(segment)));
  };

  test.each([
    ["000", ["DELIVERED"]],
    ["002", ["DELIVERED"]],
    ["003", ["DELIVERED", "DELIVERED", "DELIVERED"]],
    ["005", ["DELIVERED"]],
    ["008", ["ENROUTE", "ACCEPTED", "DELIVERED"]],
    ["009", ["UNDELIVERABLE"]],
    ["010", ["EXPIRED"]],
    ["011", ["DELIVERED"]],
    ["012", ["DELIVERED"]],
    ["019", ["REJECTED"]],
    ["021", ["DELIVERED"]],
  ])("%s: %j, each joined to its answer and acknowledged", async (suffix, states) => {
    await start();
    const [answer] = await send(suffix);
    await until(() => receipts.length === states.length, "the receipts");
    expect(receipts.map((receipt) => receipt.messageState)).toEqual(states);
    if (answer?.kind !== "accepted") throw new Error("not accepted");
    for (const receipt of receipts) {
      expect(receipt).toMatchObject({
        kind: "deliveryReceipt",
        smscMessageId: answer.matchKey,
        recipient: `+34600100${suffix}`,
        doubt: undefined,
      });
    }
    await until(
      () => smsc.lines.filter((line) => line === "acknowledged 0").length === states.length,
    );
  });

  test("001: a hexadecimal answer meets its decimal receipt", async () => {
    await start({ dialect: { idConvention: "resp-hex" } });
    const [answer] = await send("001");
    await until(() => receipts.length === 1);
    expect(answer).toMatchObject({ kind: "accepted", smscMessageId: "33e95179" });
    expect(receipts[0]?.smscMessageId).toBe("870928761");
    expect(answer).toMatchObject({ matchKey: "870928761" });
  });

  test("004: no answer is unknown, the segment is not sent again, its receipt comes", async () => {
    await start({ timings: { response: 300 } });
    expect(await send("004")).toEqual([{ kind: "unknown", cause: "no answer in time" }]);
    await until(() => receipts.length === 1);
    expect(smsc.lines.filter((line) => line.startsWith("took"))).toHaveLength(1);
  });

  test("007: refused for good", async () => {
    await start();
    expect(await send("007")).toEqual([{ kind: "refused", commandStatus: 0x0b, permanent: true }]);
  });

  test("014: a link cut before the answer is unknown; a new bind follows, nothing is repeated", async () => {
    await start({ timings: { firstRetry: 50 } });
    expect(await send("014")).toMatchObject([{ kind: "unknown" }]);
    await until(() => gateway.isReady(), "a new bind");
    expect(await send("000")).toMatchObject([{ kind: "accepted" }]);
    const taken = smsc.lines.filter((line) => /^took \d+ 34600100014/.test(line));
    expect(taken).toHaveLength(1);
  });

  test("500 Catalan characters: eight segments, whole, each with a receipt asked for", async () => {
    await start();
    const text = "Notificació de l’Ajuntament: col·laboració, plaça. ".repeat(10).slice(0, 500);
    expect(await send("000", text)).toHaveLength(8);
    await until(() => receipts.length === 8, "eight receipts");
    const parts = smsc.lines.flatMap((line) => {
      const match = /^took \d+ (\S+) (\S+) (\d+) (\d+) (\d+) (\S+) (\w+)$/.exec(line);
      return match ? [match.slice(1)] : [];
    });
    for (const part of parts) {
      expect(part.slice(0, 6)).toEqual([
        "34600100000",
        "Govern",
        "64",
        "8",
        "1",
        // Five days, less the second that may have passed meanwhile.
        expect.stringMatching(/^(00000423595\d|000005000000)000R$/),
      ]);
    }
    const bodies = parts.map((part) => Buffer.from(part[6]!, "hex"));
    expect(bodies.map((body) => body[5])).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const whole = Buffer.concat(bodies.map((body) => body.subarray(6)));
    expect(new TextDecoder("utf-16be").decode(whole)).toBe(text);
  });

  test("a wrong password is refused", async () => {
    await start();
    const seen: string[] = [];
    const port = Number((await smsc.line(/^port (\d+)/))[1]);
    const wrong = createSmppGateway(
      { operator: "x", host: "127.0.0.1", port, systemId: "certsms", password: "wrong" },
      {
        clock: systemClock,
        timers: systemTimers,
        random: systemRandom,
        tell: (event) => seen.push(event.kind),
      },
    );
    await wrong.start(() => Promise.resolve());
    await until(() => seen.includes("lost"));
    expect(seen[0]).toBe("bindRefused");
    await wrong.stop();
  });
});
