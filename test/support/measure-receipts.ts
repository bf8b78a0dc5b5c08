import type { LifecycleContext } from "../../src/lifecycle/context.ts";
import { matchReceipts } from "../../src/lifecycle/match-receipts.ts";
import { recordReceipt } from "../../src/lifecycle/record-receipt.ts";
import { retainCertificates } from "../../src/lifecycle/retain-certificates.ts";
import { createReceiptInbox } from "../../src/store/receipt-inbox.ts";
import { DEFAULT_DIALECT } from "../../src/smpp/dialect.ts";
import { decodePdu } from "../../src/smpp/pdu.ts";
import { readReport } from "../../src/smpp/receipt.ts";
import { systemRandom } from "../../src/system.ts";
import { createTestDatabase } from "./database.ts";
import { insertAwaiting, insertFinished } from "./finished-messages.ts";
import { encodeReport } from "./delivery-report.ts";
import { createHands } from "./hands.ts";
import { insertsPerSecond } from "./pgbench.ts";

const FINISHED = 1_000_000;
const RECEIPTS = 30_000;
/** Reports that the operator sends before the first is acknowledged: a few binds' windows. */
const IN_FLIGHT = 500;
const CLIENTS = 10;

interface Measured {
  /** Receipts read, stored and matched in a second. */
  readonly perSecond: number;
  /** Single-row transactions of pgbench in a second, half before and half after. */
  readonly inserts: number;
}

/** From the octets of deliver_sm to the evidence of the message, on the database of this run. */
export async function measureReceipts(): Promise<Measured> {
  const database = await createTestDatabase();
  const hands = createHands();
  const context = {
    db: database.app,
    clock: hands.clock,
    random: systemRandom,
    inbox: createReceiptInbox(database.app),
    stopping: new AbortController().signal,
    wake: () => undefined,
    tell: () => undefined,
    settings: { retention: { months: 60, milliseconds: 0 } },
  } as unknown as LifecycleContext;
  try {
    await retainCertificates(context);
    await insertFinished(database.ownerUrl, hands.clock.now(), FINISHED);
    const ids = await insertAwaiting(database.owner, hands, RECEIPTS);
    const before = await insertsPerSecond(database.ownerUrl, CLIENTS);
    const start = performance.now();
    await Promise.all([receive(context, ids), match(context, ids.length)]);
    const perSecond = (ids.length * 1_000) / (performance.now() - start);
    const after = await insertsPerSecond(database.ownerUrl, CLIENTS);
    return { perSecond, inserts: (before + after) / 2 };
  } finally {
    await database.drop();
  }
}

async function receive(context: LifecycleContext, ids: readonly string[]): Promise<void> {
  const left = ids.values();
  const operator = async (): Promise<void> => {
    for (const id of left) {
      const octets = encodeReport({ id, sourceAddr: "34600100000" });
      const decoded = decodePdu(octets);
      if (decoded.kind !== "pdu" || decoded.pdu.command !== "deliver_sm") throw new Error(id);
      const receipt = readReport(decoded.pdu, octets, {
        operator: "Bench",
        link: "Bench/transceiver-1",
        receivedAt: context.clock.now(),
        dialect: DEFAULT_DIALECT,
      });
      await recordReceipt(context, receipt);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, operator));
}

/** The match step as its timer runs it: again at once while it finds work. */
async function match(context: LifecycleContext, count: number): Promise<void> {
  for (let matched = 0; matched < count;) {
    matched += await matchReceipts(context);
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}
