import { setImmediate as turn } from "node:timers/promises";
import type pg from "pg";
import type { SubmitAnswer } from "../../src/lifecycle/ports.ts";
import { relayMessages, type Relaying } from "../../src/lifecycle/relay-message.ts";
import { matchReceipts } from "../../src/lifecycle/match-receipts.ts";
import { recordReceipt } from "../../src/lifecycle/record-receipt.ts";
import { settleOutcomes } from "../../src/lifecycle/settle-outcome.ts";
import { claim } from "../../src/store/work.ts";
import { HOURS, startStory, type Story } from "../support/story.ts";
import { interrupted, report, toldGateway } from "../support/told-gateway.ts";

/** Relays are begun and written down together: what goes wrong with one is not told of another. */
let story: Story;
beforeEach(async () => {
  story = await startStory();
});
afterEach(async () => {
  await story.close();
});

const ONE = "+34600100000";
const TWO = "+34600100001";
const REFUSED: SubmitAnswer = { kind: "refused", commandStatus: 0x58, permanent: false };

test("evidence that this version cannot read stops nothing that is relayed together with it", async () => {
  const context = { ...story.context, gateway: toldGateway(story) };
  const { messageId } = await story.accept("a", ONE);
  await story.accept("b", TWO);
  await story.database.owner.query(
    `insert into evidence select message_id, seq + 1, at, '{"event": "Later"}', sha256, sha256
     from evidence where message_id = $1`,
    [messageId],
  );
  await relayMessages(context);
  expect((await story.status("b")).view.stage.name).toBe("relayed");
  const { rows } = await story.database.owner.query<{ cause: string }>(
    "select cause from work where step = 'relay' and message_id = $1",
    [messageId],
  );
  expect(rows[0]?.cause).toContain("IllegalEvidence");
});

test("an answer that was stored, although the database did not say so, is not told of the next attempt", async () => {
  const silence: { end?: (answer: SubmitAnswer) => void } = {};
  const gateway = toldGateway(story, (_recipient, nth) =>
    nth === 1
      ? Promise.resolve(REFUSED)
      : new Promise<SubmitAnswer>((resolve) => (silence.end = resolve)),
  );
  const context = { ...story.context, gateway };
  await story.accept("a", ONE);
  let tries = 0;
  const cut = new Proxy(context.db, {
    get(target, name) {
      if (name !== "query") return (Reflect.get(target, name) as () => unknown).bind(target);
      return async (statement: string | { readonly text: string }, values?: unknown[]) => {
        const isOurs =
          typeof statement !== "string" && statement.text.includes("insert into relay_answers");
        tries += isOurs ? 1 : 0;
        if (!isOurs || tries === 1 || tries > 3) {
          const result: unknown = await target.query(statement as string, values);
          if (!isOurs || tries > 3) return result;
        }
        throw new Error("Connection terminated unexpectedly");
      };
    },
  });
  const over = { relay: false };
  void relayMessages({ ...context, db: cut }).then(() => (over.relay = true));
  while (tries < 1) await turn();
  // Longer than it was put off, shorter than the database stays away.
  await story.hands.advance(4_000);
  const relaying: Relaying = new Set();
  await relayMessages(context, relaying);
  while (!silence.end) await turn();
  while (!over.relay) {
    await turn();
    await story.hands.advance(100);
  }
  expect((await story.status("a")).view.stage.name).toBe("relaying");
  silence.end({
    kind: "accepted",
    smscMessageId: "second",
    matchKey: "second",
    answeredAt: story.hands.clock.now(),
  });
  await Promise.all(relaying);
  const { view, history } = await story.status("a");
  expect(view.stage.name).toBe("relayed");
  expect(history.filter(({ event }) => event === "RelayDeferred")).toHaveLength(1);
});

/** Lets the clock go on until it has come about. */
async function passing(what: Promise<unknown>): Promise<void> {
  const over = { what: false };
  void what.finally(() => (over.what = true));
  while (!over.what) {
    await turn();
    await story.hands.advance(100);
  }
  await what;
}

const AWAY = new Error("Connection terminated unexpectedly");

/** The database that stores the first beginning and goes away without saying so. */
function unconfirmed(meanwhile: () => Promise<void>): pg.Pool {
  let commits = 0;
  return interrupted(
    story.context.db,
    () => Promise.resolve(),
    async (statement) => {
      if (statement !== "commit" || ++commits > 1) return;
      await meanwhile();
      throw AWAY;
    },
  );
}

test.each([
  ["stored", "after"],
  ["not stored", "before"],
])(
  "a relay whose beginning was %s, of which the database did not tell, goes out once",
  async (_stored, when) => {
    const sent: string[] = [];
    const gateway = toldGateway(story, (recipient) => void sent.push(recipient));
    await story.accept("a", ONE);
    await story.accept("b", TWO);
    let commits = 0;
    const cut = (statement: string): Promise<void> =>
      statement === "commit" && ++commits <= 2 ? Promise.reject(AWAY) : Promise.resolve();
    const none = (): Promise<void> => Promise.resolve();
    const db =
      when === "after"
        ? interrupted(story.context.db, none, cut)
        : interrupted(story.context.db, cut);
    await passing(relayMessages({ ...story.context, gateway, db }));
    expect(commits).toBeGreaterThan(2);
    expect(sent.toSorted()).toEqual([ONE, TWO]);
    for (const reference of ["a", "b"]) {
      const { view, history } = await story.status(reference);
      expect(view.stage.name).toBe("relayed");
      expect(history.filter(({ event }) => event === "RelayAttempt")).toHaveLength(1);
    }
  },
);

test("a relay that somebody else has taken up while the database was away is left to them", async () => {
  const sent: string[] = [];
  const gateway = toldGateway(story, (recipient) => void sent.push(recipient));
  const context = { ...story.context, gateway };
  await story.accept("a", ONE);
  const db = unconfirmed(async () => {
    const now = story.hands.clock.now();
    await story.database.owner.query("update work set run_at = $1 where step = 'relay'", [now]);
    await claim(context.db, "relay", now, { leaseMilliseconds: 60_000, limit: 1 });
  });
  await passing(relayMessages({ ...context, db }));
  expect(sent).toEqual([]);
  expect((await story.status("a")).view.stage.name).toBe("relaying");
});

test("a receipt about the first segment comes while the beginning of the rest is not confirmed", async () => {
  let submits = 0;
  const gateway = toldGateway(story, (_recipient, nth) => {
    submits += 1;
    return nth === 2 ? Promise.resolve(REFUSED) : undefined;
  });
  const context = { ...story.context, gateway };
  await story.accept("a", ONE, { text: "x".repeat(200) });
  await relayMessages(context);
  await story.hands.advance(10_000);
  const db = unconfirmed(async () => {
    await recordReceipt(context, report(story, "id-1", ONE));
    await matchReceipts(context);
  });
  await passing(relayMessages({ ...context, db }));
  expect((await story.status("a")).view.stage.name).toBe("relayed");
  expect(submits).toBe(3);
});

test("what was begun, not confirmed and not sent before the deadline is given back", async () => {
  let submits = 0;
  const gateway = toldGateway(story, () => void (submits += 1));
  const context = { ...story.context, gateway };
  const { messageId } = await story.accept("a", ONE);
  await story.hands.advance(120 * HOURS - 100_000);
  const db = unconfirmed(async () => {
    await story.hands.advance(100_000);
  });
  await passing(relayMessages({ ...context, db }));
  expect(submits).toBe(0);
  await story.hands.advance(700_000);
  await settleOutcomes(context);
  expect((await story.status("a")).view.outcome).toMatchObject({ reason: "notRelayed" });
  const { rows } = await story.database.owner.query<{ item: string }>(
    "select item from charges where message_id = $1 order by item",
    [messageId],
  );
  expect(rows.map(({ item }) => item)).toEqual(["sms", "smsCredit"]);
  expect(await story.integrity()).toEqual([]);
});

test("a message that the operator has put off for long is not given up when the database is away once", async () => {
  const context = { ...story.context, gateway: toldGateway(story) };
  await story.accept("a", ONE);
  await story.database.owner.query("update work set attempts = 40 where step = 'relay'");
  let faults = 0;
  const db = interrupted(context.db, (statement) => {
    if (!statement.startsWith("insert into relay_attempts")) return Promise.resolve();
    faults += 1;
    return Promise.reject(AWAY);
  });
  await passing(relayMessages({ ...context, db }));
  expect(faults).toBe(10);
  await story.hands.advance(30 * 60_000);
  await relayMessages(context);
  expect((await story.status("a")).view.stage.name).toBe("relayed");
});
