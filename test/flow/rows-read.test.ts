import type { MessageId } from "../../src/domain/ids.ts";
import { createOperatorQuestions } from "../../src/lifecycle/ask-operator.ts";
import { orderResend } from "../../src/lifecycle/decisions/order-resend.ts";
import type { RelayedSegment, SmsGateway } from "../../src/lifecycle/ports.ts";
import { recordReceipt } from "../../src/lifecycle/record-receipt.ts";
import { relayMessages } from "../../src/lifecycle/relay-message.ts";
import { readAwaitingMatch } from "../../src/store/receipts.ts";
import { insertFinished } from "../support/finished-messages.ts";
import { countingRows } from "../support/rows-read.ts";
import { HOURS, startStory, type Story } from "../support/story.ts";
import { report, toldGateway } from "../support/told-gateway.ts";

/** What a step reads is as much as it has to do, whatever else the tables hold. */
const ELSE = 5_000;
const MESSAGES = 20;
/** Messages of the same minutes that have an outcome. */
const OVER = 500;

let story: Story;
beforeEach(async () => {
  story = await startStory();
});
afterEach(async () => {
  await story.close();
});

const numberOf = (index: number): string => `+346001000${String(index).padStart(2, "0")}`;

test("the search for receipts about a few messages passes strays by", async () => {
  const { database, hands } = story;
  const gateway = toldGateway(story, (_recipient, nth) =>
    nth === MESSAGES ? Promise.resolve({ kind: "unknown", cause: "lost" }) : undefined,
  );
  const context = { ...story.context, gateway };
  const ids: MessageId[] = [];
  for (let index = 1; index <= MESSAGES; index++) {
    ids.push((await story.accept(`m-${index}`, numberOf(index))).messageId!);
    await relayMessages(context);
  }
  await database.owner.query(
    `insert into unmatched_receipts
     select gen_random_uuid(), $1, 'stray-' || nth, '+3469' || lpad(nth::text, 7, '0'), $2
     from generate_series(1, $3) nth`,
    [gateway.operator, hands.clock.now(), ELSE],
  );
  await database.owner.query("analyze");
  // By its id; by its number, because the answer was lost; an id of another number; a number of another id.
  await recordReceipt(context, report(story, "id-3", numberOf(3)));
  await recordReceipt(context, report(story, "any", numberOf(MESSAGES)));
  await recordReceipt(context, report(story, "id-5", "+34699999999"));
  await recordReceipt(context, report(story, "any", numberOf(7)));

  const counting = countingRows(context.db);
  expect(await readAwaitingMatch(counting.db, ids)).toEqual(new Set([ids[2], ids[MESSAGES - 1]]));
  expect(counting.rows()).toBeLessThan(10 * MESSAGES);
});

/** An operator who writes down what it is asked about. */
function askedGateway(asked: string[], lost: ReadonlySet<number> = new Set()): SmsGateway {
  return {
    ...toldGateway(story, (_recipient, nth) =>
      lost.has(nth) ? Promise.resolve({ kind: "unknown", cause: "lost" }) : undefined,
    ),
    query({ smscMessageId }: RelayedSegment): Promise<void> {
      asked.push(smscMessageId);
      return Promise.resolve();
    },
  };
}

test("the last questions about a few messages pass those by that are over", async () => {
  const { database, hands } = story;
  const asked: string[] = [];
  const context = { ...story.context, gateway: askedGateway(asked) };
  for (let index = 1; index <= MESSAGES; index++) await story.accept(`m-${index}`, numberOf(index));
  await relayMessages(context);
  const now = hands.clock.now();
  await insertFinished(database.ownerUrl, new Date(now.getTime() - HOURS), ELSE);
  // Some were accepted within the same minutes, and have been delivered since.
  await insertFinished(database.ownerUrl, new Date(now.getTime() + 1), OVER);
  await database.owner.query("update awaited_segments set operator = $1", [
    context.gateway.operator,
  ]);
  await database.owner.query(
    `insert into relay_answers (message_id, segment, attempt, kind, smsc_message_id, at)
     select message_id, segment, attempt, 'accepted', match_key, relayed_at from awaited_segments
     on conflict do nothing`,
  );
  await database.owner.query("analyze");
  await hands.advance(120 * HOURS + 1);

  const counting = countingRows(context.db);
  const ask = createOperatorQuestions({ ...context, db: counting.db });
  expect(await ask()).toBe(MESSAGES);
  expect(counting.rows()).toBeLessThan(20 * MESSAGES + 5 * OVER);
  expect(asked.toSorted()).toEqual(
    Array.from({ length: MESSAGES }, (_, index) => `id-${index + 1}`).toSorted(),
  );
});

test("a segment that a person had sent again is asked about once", async () => {
  const asked: string[] = [];
  const context = { ...story.context, gateway: askedGateway(asked, new Set([1])) };
  const { messageId } = await story.accept("a", numberOf(1));
  await relayMessages(context);
  const order = { orderedBy: "operacions", reason: "the answer was lost" };
  expect(await orderResend(context, messageId!, order)).toBe("ordered");
  await relayMessages(context);
  await story.hands.advance(120 * HOURS);
  const ask = createOperatorQuestions(context);
  expect(await ask()).toBe(1);
  expect(await ask()).toBe(0);
  expect(asked).toEqual(["id-2"]);
});
