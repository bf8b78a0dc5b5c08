import { fileURLToPath } from "node:url";
import smpp from "smpp";
import type { OutgoingSegment } from "../../src/lifecycle/ports.ts";
import { createSmppGateway } from "../../src/smpp/gateway.ts";
import { systemClock, systemRandom, systemTimers } from "../../src/system.ts";
import { startChild } from "../support/child.ts";
import { until } from "../support/hands.ts";
import { measureReceipts } from "../support/measure-receipts.ts";
import { segmentsFor } from "../support/operator.ts";

const ROUNDS = 5;
const SEGMENTS = 20_000;
const TEXT = "Notificacio electronica: teniu un avis a la seu electronica del Govern.";
const RECIPIENT = "+376600100";
const LEAST_RATIO = 1.3;
const LEAST_SHARE = 0.5;

/** Sends so many segments with so many in flight; answers segments per second. */
type Run = (window: number, count: number) => Promise<number>;

async function perSecond(
  window: number,
  count: number,
  submit: () => Promise<unknown>,
): Promise<number> {
  let left = count;
  const caller = async (): Promise<void> => {
    while (left-- > 0) await submit();
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: window }, caller));
  return (count * 1_000) / (performance.now() - start);
}

function ours(port: number): Run {
  return async (window, count) => {
    const gateway = createSmppGateway(
      { operator: "Echo", host: "127.0.0.1", port, systemId: "bench", password: "bench", window },
      { clock: systemClock, timers: systemTimers, random: systemRandom },
    );
    await gateway.start(() => Promise.resolve());
    await until(() => gateway.isReady());
    const segment = segmentsFor(gateway, { clock: systemClock }, RECIPIENT, TEXT)[0];
    const rate = await perSecond(window, count, async () => {
      const answer = await gateway.submit(segment as OutgoingSegment);
      if (answer.kind !== "accepted") throw new Error(answer.kind);
    });
    await gateway.stop();
    return rate;
  };
}

/** The library as it is meant to be used: strings in, callbacks out. */
function theirs(port: number): Run {
  return async (window, count) => {
    const session = smpp.connect({ url: `smpp://127.0.0.1:${port}` });
    const credentials = { system_id: "bench", password: "bench", interface_version: 0x34 };
    await new Promise<void>((resolve) => {
      session.bind_transceiver(credentials, () => resolve());
    });
    const fields = {
      source_addr_ton: 5,
      source_addr: "Govern",
      dest_addr_ton: 1,
      dest_addr_npi: 1,
      destination_addr: RECIPIENT.slice(1),
      registered_delivery: 1,
      validity_period: "000005000000000R",
      data_coding: 0,
      short_message: Buffer.from(TEXT, "latin1"),
    };
    const rate = await perSecond(
      window,
      count,
      () =>
        new Promise<void>((resolve, reject) => {
          session.submit_sm(fields, (pdu) => {
            if (pdu.command_status === 0) resolve();
            else reject(new Error(`command_status ${pdu.command_status}`));
          });
        }),
    );
    session.close();
    return rate;
  };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const echo = startChild(process.execPath, [
  "--import",
  fileURLToPath(new URL("../support/typescript.js", import.meta.url)),
  fileURLToPath(new URL("../support/echo-smsc.ts", import.meta.url)),
]);
const port = Number((await echo.line(/^port (\d+)/))[1]);
const figures: Record<string, number> = {};
const bars: { name: string; value: number; limit: number; ok: boolean }[] = [];

for (const window of [10, 100]) {
  const runs = { ours: ours(port), theirs: theirs(port) };
  await runs.ours(window, SEGMENTS / 4);
  await runs.theirs(window, SEGMENTS / 4);
  const rates: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  for (let round = 0; round < ROUNDS; round++) {
    rates.ours.push(await runs.ours(window, SEGMENTS));
    rates.theirs.push(await runs.theirs(window, SEGMENTS));
  }
  const ratio = median(rates.ours.map((rate, round) => rate / (rates.theirs[round] ?? Infinity)));
  figures[`ours_w${window}`] = Math.round(median(rates.ours));
  figures[`npm_smpp_w${window}`] = Math.round(median(rates.theirs));
  const value = Math.round(ratio * 100) / 100;
  bars.push({ name: `submit_w${window}`, value, limit: LEAST_RATIO, ok: value >= LEAST_RATIO });
  console.log(
    `window ${window}: ours ${figures[`ours_w${window}`]} submit_sm a second, ` +
      `npm smpp 0.5.1 ${figures[`npm_smpp_w${window}`]}; ${value} times its rate ` +
      `(at least ${LEAST_RATIO}; median of ${ROUNDS} rounds in turn, same peer)`,
  );
}
await echo.stop();

const receipts = await measureReceipts();
figures["receipts_per_second"] = Math.round(receipts.perSecond);
figures["pgbench_inserts_per_second"] = Math.round(receipts.inserts);
const share = Math.round((receipts.perSecond / receipts.inserts) * 100) / 100;
bars.push({
  name: "receipts_to_inserts",
  value: share,
  limit: LEAST_SHARE,
  ok: share >= LEAST_SHARE,
});
console.log(
  `receipts: ${Math.round(receipts.perSecond)} a second read, stored durably and matched beside ` +
    `1 000 000 finished messages; pgbench inserts ${Math.round(receipts.inserts)} single rows a ` +
    `second with ten clients; ${share} of its rate (at least ${LEAST_SHARE})`,
);

console.log(JSON.stringify({ bench: "smpp", figures, bars }));
if (bars.some((bar) => !bar.ok)) process.exitCode = 1;
