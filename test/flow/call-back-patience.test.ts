import { CALLBACK_EVENTS } from "../../src/domain/callback.ts";
import { callBack } from "../../src/lifecycle/call-back.ts";
import { saveCallback } from "../../src/store/parties/callbacks.ts";
import { until } from "../support/hands.ts";
import { startStory } from "../support/story.ts";

test("a call to an endpoint that never ends is put off, and keeps nobody from being told", async () => {
  const told: string[] = [];
  let ends = (): Promise<string | undefined> => new Promise(() => undefined);
  const story = await startStory({
    callbacks: {
      decrypt: () => "",
      client: {
        tell: (_target, { event }) => {
          told.push(event);
          return ends();
        },
      },
    },
  });
  const { context, caller, hands } = story;
  await saveCallback(context.db, {
    entityId: caller.entity.entityId,
    style: "json",
    url: "https://endpoint.example/",
    events: CALLBACK_EVENTS,
    security: "hmac",
    username: undefined,
    encryptedSecret: Buffer.from("encrypted"),
    enabled: true,
  });
  await story.accept("a", "+34600100000");
  await story.pass();

  const over = { first: false };
  const first = callBack(context).finally(() => (over.first = true));
  await until(() => told.length === 1, "the call");
  await hands.advance(20_000);
  await until(() => over.first, "the end of the step");
  expect(await first).toBe(1);
  const { rows } = await story.database.owner.query<{ cause: string }>(
    "select cause from callback_events where cause is not null",
  );
  expect(rows).toEqual([{ cause: "the call took too long" }]);

  ends = () => Promise.resolve(undefined);
  await hands.advance(60_000);
  while ((await callBack(context)) > 0);
  expect(told).toEqual(["relayed", "relayed", "delivered", "certificateIssued"]);
  await story.close();
});
