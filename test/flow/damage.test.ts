import { tellStatus } from "../../src/lifecycle/calls/tell-status.ts";
import { withClient } from "../support/database.ts";
import { HOURS, startStory, type Story } from "../support/story.ts";

let story: Story;
beforeAll(async () => {
  story = await startStory();
});
afterAll(async () => {
  await story.close();
});

test("a damaged message is held for a person and does not stop the others", async () => {
  const { messageId } = await story.accept("damaged", "+34600800404");
  await story.accept("beside-it", "+34600900000");
  await story.pass(1_000);
  // Only a hand in the database does this: the guard refuses even the owner.
  await withClient(story.database.adminUrl, async (client) => {
    await client.query("set session_replication_role = replica");
    await client.query("update evidence set body = $2 where message_id = $1 and seq = 1", [
      messageId,
      { event: "ContentHandover", deliveredAt: "2026-01-01T00:00:00.000Z" },
    ]);
  });
  await story.pass();
  expect((await story.status("beside-it")).view.stage.name).toBe("delivered");
  await story.pass(121 * HOURS);
  const { rows } = await story.database.owner.query<{ cause: string }>(
    "select cause from work where message_id = $1 and dead and step = 'settle'",
    [messageId],
  );
  expect(rows).toEqual([{ cause: "conflict: a message begins with its SubmissionAcceptance" }]);
  // Who asks about it and others is told about the others.
  const keys = [{ clientReference: "damaged" }, { clientReference: "beside-it" }];
  expect(await tellStatus(story.context, story.caller, keys)).toMatchObject([
    { found: undefined, unreadable: true },
    { found: { clientReference: "beside-it" } },
  ]);
  const damages = await story.integrity();
  expect(new Set(damages.map((damage) => damage.messageId))).toEqual(new Set([messageId]));
});
