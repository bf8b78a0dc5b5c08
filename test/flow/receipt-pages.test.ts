import { matchReceipts } from "../../src/lifecycle/match-receipts.ts";
import { recordReceipt } from "../../src/lifecycle/record-receipt.ts";
import { relayMessages } from "../../src/lifecycle/relay-message.ts";
import { startStory } from "../support/story.ts";
import { report, toldGateway } from "../support/told-gateway.ts";

const ONE = "+34600100000";
const TWO = "+34600100001";
const THREE = "+34600100002";

test("a receipt that fits two segments is taken for none, also at the end of a page", async () => {
  const story = await startStory();
  const gateway = toldGateway(story, (recipient) =>
    recipient === TWO ? Promise.resolve({ kind: "unknown", cause: "lost" }) : undefined,
  );
  const context = { ...story.context, gateway };
  for (const [reference, recipient] of [
    ["a", ONE],
    ["b", TWO],
    ["c", TWO],
    ["d", THREE],
  ] as const) {
    await story.accept(reference, recipient);
    await relayMessages(context);
  }
  await story.hands.advance(1_000);
  // Fits one segment, the others two each: a page of an even number of rows ends between two fits.
  await recordReceipt(context, report(story, "id-1", ONE));
  await story.hands.advance(1_000);
  await Promise.all(
    Array.from({ length: 1_000 }, (_, nth) =>
      recordReceipt(context, report(story, `x-${nth}`, TWO)),
    ),
  );
  await story.hands.advance(1_000);
  await recordReceipt(context, report(story, "id-4", THREE));
  await story.hands.advance(180_000);
  // A process that is to end leaves the next page.
  expect(await matchReceipts({ ...context, stopping: AbortSignal.abort() })).toBe(0);
  const stopping = new AbortController();
  const tell = (): void => stopping.abort();
  expect(await matchReceipts({ ...context, stopping: stopping.signal, tell })).toBe(1);
  expect(await matchReceipts(context)).toBe(1);
  for (const reference of ["b", "c"]) {
    const { history } = await story.status(reference);
    expect(history.map(({ event }) => event)).not.toContain("DeliveryReceipt");
  }
  await story.close();
});
