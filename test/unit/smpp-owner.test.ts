import type { Heard } from "../../src/domain/delivery-receipt.ts";
import type { Msisdn } from "../../src/domain/msisdn.ts";
import { createSmppGateway, type SmppGateway } from "../../src/smpp/gateway.ts";
import type { BindLease } from "../../src/smpp/link/link.ts";
import { seededRandom } from "../../src/smpp/simulator/seeded-random.ts";
import { until, type Hands } from "../support/hands.ts";
import { startOperated, type Operated } from "../support/operator.ts";

/** A lease in memory, as the database keeps it. */
function createLeases(hands: Hands): (holder: string) => BindLease {
  let held: { by: string; until: number; heard: Heard | undefined } | undefined;
  return (holder) => ({
    heard: () => Promise.resolve(held?.heard),
    hold: (heard) => {
      const now = hands.timers.now();
      const free = !held || held.by === holder || held.until < now;
      if (free) held = { by: holder, until: now + 30_000, heard };
      return Promise.resolve(free);
    },
    release: () => {
      held = undefined;
      return Promise.resolve();
    },
  });
}

describe("several replicas and one system_id", () => {
  let operated: Operated;
  let replicas: SmppGateway[];
  const broken = new Set<string>();
  const silent = new Set<string>();

  beforeEach(async () => {
    broken.clear();
    silent.clear();
    operated = await startOperated();
    const { hands, simulator } = operated;
    const leases = createLeases(hands);
    replicas = [];
    for (const name of ["one", "two"]) {
      const lease = leases(name);
      const replica = createSmppGateway(
        {
          operator: name,
          host: "127.0.0.1",
          port: simulator.port,
          systemId: "shared",
          password: "secret",
        },
        {
          ...hands,
          random: seededRandom(name),
          lease: {
            ...lease,
            hold: (heard) => {
              if (silent.has(name)) {
                // As long as the pool waits for an answer of the database.
                return new Promise((_, reject) => {
                  hands.timers.after(35_000, () => reject(new Error("Query read timeout")));
                });
              }
              return broken.has(name)
                ? Promise.reject(new Error("no database"))
                : lease.hold(heard);
            },
          },
        },
      );
      await replica.start(() => Promise.resolve());
      replicas.push(replica);
    }
    await until(() => replicas[0]!.isReady(), "the first bind");
  });

  afterEach(async () => {
    let stopped = 0;
    for (const replica of replicas) void replica.stop().then(() => (stopped += 1));
    await operated.hands.passUntil(() => stopped === 2, "the end");
    await operated.close();
  });

  test("only one binds, and the other follows when it stops", async () => {
    await operated.hands.advance(60_000);
    expect(replicas.map((replica) => replica.isReady())).toEqual([true, false]);
    void replicas[0]!.stop();
    await operated.hands.passUntil(() => replicas[1]!.isReady(), "the other's bind");
    expect(replicas[0]!.isReady()).toBe(false);
  });

  test("the one without the link knows what the other has heard", async () => {
    const { hands, simulator } = operated;
    const since = hands.clock.now();
    await hands.advance(6_000);
    for (const replica of replicas) {
      expect((await replica.heard())!.since.getTime() - since.getTime()).toBeLessThan(1_000);
    }
    simulator.cut();
    await until(() => !replicas[0]!.isReady(), "the loss");
    expect(await replicas[0]!.heard()).toBeUndefined();
    await hands.passUntil(() => replicas[0]!.isReady(), "a new bind");
    await hands.advance(6_000);
    const again = await replicas[1]!.heard();
    expect(again!.since.getTime()).toBeGreaterThan(since.getTime());
    expect((await replicas[0]!.heard())!.since).toEqual(again!.since);
  });

  test("one that cannot keep its lease unbinds before the other may bind", async () => {
    broken.add("one");
    const { hands } = operated;
    await hands.passUntil(() => replicas.some((replica) => !replica.isReady()), "the loss");
    await hands.passUntil(() => !replicas[0]!.isReady(), "the loss");
    expect(replicas[1]!.isReady()).toBe(false);
    await hands.passUntil(() => replicas[1]!.isReady(), "the other's bind");
  });

  test("one whose database has gone silent unbinds before the other may bind", async () => {
    silent.add("one");
    let both = 0;
    for (let tenths = 0; tenths < 600; tenths++) {
      await operated.hands.advance(100);
      if (replicas.every((replica) => replica.isReady())) both += 1;
    }
    expect(both).toBe(0);
    expect(replicas[1]!.isReady()).toBe(true);
  });
});

test("query_sm brings what the SMSC knows like any report", async () => {
  const operated = await startOperated();
  const recipient = "+34600100405" as Msisdn;
  const [answer] = await operated.submit(recipient);
  if (answer?.kind !== "accepted") throw new Error("not accepted");
  const { smscMessageId, matchKey } = answer;
  await operated.gateway.query?.({ smscMessageId, recipient, sender: "Govern" });
  expect(operated.receipts).toMatchObject([
    { messageState: "DELIVERED", smscMessageId: matchKey, recipient, link: "Simulator/query" },
  ]);
  await operated.gateway.query?.({ smscMessageId: "none", recipient, sender: "Govern" });
  expect(operated.receipts).toHaveLength(1);
  await operated.close();
});
