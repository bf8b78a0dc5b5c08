import { HOURS, startStory, type Story } from "../support/story.ts";
import { relayMessages } from "../../src/lifecycle/relay-message.ts";

/**
 * What must become of a message, by the last digits of its recipient; all texts have three segments.
 * 021 is not among them: an unbind in its three seconds loses the answer, which is another outcome.
 */
const EXPECTED: readonly (readonly [suffixes: readonly string[], outcome: string])[] = [
  [["000", "002", "003", "005", "008", "011", "012", "013", "500"], "delivered"],
  [["009", "026"], "undeliverable"],
  [["010"], "expired"],
  [["019"], "rejected"],
  [["024"], "deleted"],
  [["018", "020", "023", "025", "404"], "noReceipt"],
  [["007"], "refused"],
  [["004"], "acceptanceNotConfirmed"],
  [["016", "017"], "held for a person"],
];

const recipients = EXPECTED.flatMap(([suffixes, outcome]) =>
  suffixes.flatMap((suffix) => [1, 2].map((series) => [`+34600${series}00${suffix}`, outcome])),
) as readonly (readonly [recipient: string, outcome: string])[];

let story: Story;
beforeAll(async () => {
  story = await startStory({ simulator: { unkind: true } });
});
afterAll(() => story.close());

/** Time passes until the operator owes nothing, through every unbind and repetition. */
async function calm(): Promise<void> {
  await story.hands.advance(5_000);
  await story.hands.passUntil(() => story.operated.simulator.waiting() === 0, "the receipts");
  await story.pass(1_000);
}

test("an unkind operator changes no outcome, and no segment is on the wire twice", async () => {
  for (const [recipient] of recipients) {
    await story.accept(recipient, recipient, { text: "ç".repeat(150) });
  }
  let over = false;
  void relayMessages(story.context).then(() => (over = true));
  await story.hands.passUntil(() => over, "the first relay");
  await calm();
  story.operated.simulator.cut();
  for (let round = 0; round < 5; round++) await calm();
  for (let day = 0; day <= 5; day++) {
    await story.hands.advance(24 * HOURS);
    await calm();
  }
  const outcomes = await Promise.all(
    recipients.map(async ([recipient]) => {
      const { outcome } = (await story.status(recipient)).view;
      if (!outcome) return [recipient, "held for a person"];
      return [recipient, outcome.kind === "delivered" ? "delivered" : outcome.reason];
    }),
  );
  expect(outcomes).toEqual(recipients);
  const { taken } = story.operated;
  expect(new Set(taken).size).toBe(taken.length);
  expect(story.operated.events.some(({ kind }) => kind === "throttled")).toBe(true);
  expect(story.operated.events.some(({ kind }) => kind === "lost")).toBe(true);
  expect(await story.integrity()).toEqual([]);
}, 240_000);
