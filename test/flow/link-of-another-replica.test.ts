import type { LifecycleContext } from "../../src/lifecycle/context.ts";
import { relayMessages } from "../../src/lifecycle/relay-message.ts";
import { settleOutcomes } from "../../src/lifecycle/settle-outcome.ts";
import { createLease } from "../../src/operator-link.ts";
import type { BindLease } from "../../src/smpp/link/link.ts";
import { createSmppGateway, type SmppGateway } from "../../src/smpp/gateway.ts";
import { systemRandom } from "../../src/system.ts";
import { until } from "../support/hands.ts";
import { startStory, type Story } from "../support/story.ts";

const MINUTE = 60_000;

const LEASE = "smpp/test/shared";

let story: Story;
/** The first has the link, by the lease in the database; the second is to settle. */
let gateways: readonly SmppGateway[];
let contexts: readonly LifecycleContext[];

beforeEach(async () => {
  killed = false;
  story = await startStory();
  const { hands, context, operated } = story;
  Object.assign(context, {
    settings: {
      ...context.settings,
      receiptDeadline: { months: 0, milliseconds: 5 * MINUTE },
      receiptGrace: { months: 0, milliseconds: 2 * MINUTE },
    },
  });
  gateways = [1, 2].map(() =>
    createSmppGateway(
      {
        operator: "Simulator",
        host: "127.0.0.1",
        port: operated.simulator.port,
        systemId: "shared",
        password: "secret",
      },
      {
        ...hands,
        random: systemRandom,
        lease: watched(createLease(context.db, { ...hands, random: systemRandom }, LEASE)),
      },
    ),
  );
  for (const gateway of gateways) await gateway.start(() => Promise.resolve());
  contexts = gateways.map((gateway) => ({ ...context, gateway }));
  await until(() => gateways[0]!.isReady(), "the bind");
  expect(gateways[1]!.isReady()).toBe(false);
});
afterEach(async () => {
  let stopped = 0;
  for (const gateway of gateways) void gateway.stop().then(() => (stopped += 1));
  await story.hands.passUntil(() => stopped === 2, "the end of the gateways");
  expect(await story.integrity()).toEqual([]);
  await story.close();
});

let asking = 0;
/** The first one is killed: it can give nothing back. */
let killed = false;

/** Time must not pass faster than the database answers. */
function watched(lease: BindLease): BindLease {
  return {
    ...lease,
    hold: (heard) => {
      asking += 1;
      return lease.hold(heard).finally(() => (asking -= 1));
    },
    release: () => (killed ? Promise.resolve() : lease.release()),
  };
}

async function advance(milliseconds: number): Promise<void> {
  const step = 2_500;
  for (let passed = 0; passed < milliseconds; passed += step) {
    await story.hands.advance(Math.min(step, milliseconds - passed));
    await until(() => asking === 0, "the lease");
  }
}

/** A message that nobody ever reports on, relayed; leaves the clock so long before the end of the grace. */
async function silentUntil(milliseconds: number): Promise<void> {
  await story.accept("silent", "+34600100404");
  await relayMessages(contexts[0]!);
  await advance(7 * MINUTE - milliseconds);
}

const outcome = async (): Promise<unknown> => (await story.status("silent")).view.outcome;

async function pass(milliseconds: number): Promise<void> {
  await advance(milliseconds);
  await settleOutcomes(contexts[1]!);
}

test("a replica without a link calls a message undelivered while another one hears the operator", async () => {
  await silentUntil(1_000);
  await pass(2_000);
  expect(await outcome()).toMatchObject({ kind: "notDelivered", reason: "noReceipt" });
});

test("it waits for a minute after that one's link has come back", async () => {
  await silentUntil(30_000);
  story.operated.simulator.cut();
  await until(() => !gateways[0]!.isReady(), "the loss");
  await pass(32_000);
  expect(gateways[0]!.isReady()).toBe(true);
  expect(await outcome()).toBeUndefined();
  await pass(65_000);
  expect(await outcome()).toMatchObject({ kind: "notDelivered" });
});

test("it waits while that one's link is down, however long", async () => {
  await silentUntil(30_000);
  await story.operated.simulator.stop();
  await until(() => !gateways[0]!.isReady(), "the loss");
  for (let passes = 0; passes < 5; passes++) {
    await pass(2 * MINUTE);
    expect(await outcome()).toBeUndefined();
  }
});

test("it waits when the one that had the link has died, until it has the link itself", async () => {
  await silentUntil(1_000);
  killed = true;
  await gateways[0]!.stop();
  // For half a minute the lease says still that somebody hears the operator.
  for (let passes = 0; passes < 20; passes++) {
    await pass(2_000);
    expect(await outcome()).toBeUndefined();
  }
  await story.hands.passUntil(() => gateways[1]!.isReady(), "the other's bind");
  await pass(4 * MINUTE);
  expect(await outcome()).toMatchObject({ kind: "notDelivered" });
});
