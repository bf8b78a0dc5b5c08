import type { BusinessEvent } from "../../src/domain/business-event.ts";
import type { LifecycleContext } from "../../src/lifecycle/context.ts";
import { certifyMessages } from "../../src/lifecycle/certify-message.ts";
import { matchReceipts } from "../../src/lifecycle/match-receipts.ts";
import { recordReceipt } from "../../src/lifecycle/record-receipt.ts";
import { relayMessages } from "../../src/lifecycle/relay-message.ts";
import { settleOutcomes } from "../../src/lifecycle/settle-outcome.ts";
import { createPool } from "../../src/store/connection/database.ts";
import { createReceiptInbox } from "../../src/store/receipt-inbox.ts";
import { HOURS, startStory, type Story } from "../support/story.ts";
import { report, toldGateway } from "../support/told-gateway.ts";

const MESSAGES = 60;
/** Every third is never reported. */
const isSilent = (index: number): boolean => index % 3 === 0;
const numberOf = (index: number): string => `+3460000${String(index).padStart(4, "0")}`;

let story: Story;
let replicas: readonly LifecycleContext[];
/** What each replica told. */
const told: BusinessEvent[][] = [[], [], []];
const submitted: string[] = [];
const sealed: string[] = [];

beforeAll(async () => {
  story = await startStory({
    issuer: (issuer) => ({
      issue(facts) {
        sealed.push(`${facts.message.messageId} ${facts.kind}`);
        return issuer.issue(facts);
      },
    }),
  });
  // Nothing goes over its wire.
  await story.operated.close();
  const gateway = toldGateway(story, (recipient) => {
    submitted.push(recipient);
    return undefined;
  });
  replicas = told.map((events) => {
    const db = createPool({ connectionString: story.database.appUrl }, () => undefined);
    const inbox = createReceiptInbox(db);
    return { ...story.context, gateway, db, inbox, tell: (event) => events.push(event) };
  });
});
afterAll(async () => {
  expect(await story.integrity()).toEqual([]);
  await Promise.all(replicas.map(({ db }) => db.end()));
  await story.close();
});

type Tick = (replica: LifecycleContext) => Promise<number>;

/** All replicas tick at the same moment, until none of them finds anything. */
async function sideBySide(...ticks: readonly Tick[]): Promise<void> {
  for (let taken = 1; taken > 0;) {
    taken = 0;
    const each = await Promise.all(
      replicas.flatMap((replica) => ticks.map((tick) => tick(replica))),
    );
    for (const count of each) taken += count;
  }
}

test("three replicas settle and certify sixty messages, each once", async () => {
  for (let index = 0; index < MESSAGES; index++) {
    await story.accept(`replica-${index}`, numberOf(index));
  }
  await sideBySide((replica) => relayMessages(replica));
  expect(submitted.toSorted()).toEqual(
    Array.from({ length: MESSAGES }, (_, index) => numberOf(index)),
  );

  const { rows } = await story.database.owner.query<{ recipient: string; id: string }>(
    `select m.recipient_msisdn as recipient, a.match_key as id
     from awaited_segments a join messages m using (message_id)`,
  );
  const ids = new Map(rows.map(({ recipient, id }) => [recipient, id]));
  // The operator reports each delivery to two replicas, while all of them match, settle and certify.
  const receipts = Array.from({ length: MESSAGES }, (_, index) => index)
    .filter((index) => !isSilent(index))
    .flatMap((index) =>
      [0, 1].map(async (copy) => {
        const replica = replicas[(index + copy) % replicas.length];
        const recipient = numberOf(index);
        if (replica) {
          await recordReceipt(replica, report(story, ids.get(recipient) ?? "", recipient));
        }
      }),
    );
  await Promise.all([...receipts, sideBySide(matchReceipts, settleOutcomes, certifyMessages)]);
  await sideBySide(matchReceipts, settleOutcomes, certifyMessages);
  await story.hands.advance(121 * HOURS);
  await sideBySide(settleOutcomes);
  await sideBySide(certifyMessages);

  const expected = Array.from({ length: MESSAGES }, (_, index) =>
    isSilent(index) ? "noReceipt" : "delivered",
  ).toSorted();
  const events = told.flat();
  const settled = events.flatMap((event) => (event.name === "settled" ? [event] : []));
  expect(settled.map(({ outcome }) => outcome).toSorted()).toEqual(expected);
  expect(new Set(settled.map(({ messageId }) => messageId)).size).toBe(MESSAGES);
  const certified = events.flatMap((event) => (event.name === "certified" ? [event] : []));
  expect(certified).toHaveLength(MESSAGES);
  expect(new Set(certified.map(({ messageId }) => messageId)).size).toBe(MESSAGES);
  // Nor was any of them sealed for nothing.
  expect(sealed).toHaveLength(MESSAGES);
  expect(new Set(sealed).size).toBe(MESSAGES);
  const relayed = told.map((each) => each.filter(({ name }) => name === "relayed").length);
  expect(relayed.reduce((sum, count) => sum + count)).toBe(MESSAGES);

  for (let index = 0; index < MESSAGES; index++) {
    const { view, history } = await story.status(`replica-${index}`);
    expect(view.certificates.map(({ kind }) => kind)).toEqual([
      isSilent(index) ? "negative" : "positive",
    ]);
    const happened = history.map(({ event }) => event);
    for (const once of ["RelayAttempt", "RelayToNonERDS", "CertificateIssued"] as const) {
      expect(happened.filter((event) => event === once)).toHaveLength(1);
    }
  }
});
