import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { matchReceipts } from "../../src/lifecycle/match-receipts.ts";
import { recordReceipt } from "../../src/lifecycle/record-receipt.ts";
import { settleOutcomes } from "../../src/lifecycle/settle-outcome.ts";
import { readConflicts } from "../../src/store/conflicts.ts";
import { systemClock } from "../../src/system.ts";
import { report } from "../support/told-gateway.ts";
import { hoursAfter, startToldStory, type ToldStory } from "../support/told-story.ts";
import { runCommand } from "../support/run-command.ts";

let told: ToldStory;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "sms-certificat-restore-test-"));
  // The command goes by the clock of the machine.
  told = await startToldStory({ start: systemClock.now() });
});
afterAll(async () => {
  await told.story.close();
  await rm(directory, { recursive: true, force: true });
});

const restore = (...words: string[]): ReturnType<typeof runCommand> =>
  runCommand(told.story.database, directory, ["work", "restore", ...words]);

const rowsOf = async (sql: string): Promise<unknown[]> =>
  (await told.story.database.owner.query<Record<string, unknown>>(sql)).rows;

test("work that a hand has deleted is found, made again, and done", async () => {
  const { story, context } = told;
  const contradicted = await told.send();
  await told.hear(contradicted);
  await told.hear(contradicted, { messageState: "EXPIRED" });
  const open = await told.send();
  const scheduledAt = hoursAfter(story.hands.clock.now(), 2);
  await story.accept("scheduled", "+34600999999", { scheduledAt });
  const delivered = await told.send();
  await recordReceipt(context, report(story, delivered.ids[0] ?? "", delivered.recipient));
  await matchReceipts(context);
  await settleOutcomes(context);

  expect(await restore()).toEqual({ code: 0, out: "no work is lost\n" });
  const before = await rowsOf("select message_id, step from work order by 1, 2");
  await rowsOf("delete from work");
  expect(await restore("--message", open.messageId)).toEqual({
    code: 0,
    out: "1 of step settle made again\n",
  });
  expect(await restore()).toEqual({
    code: 0,
    out: "1 of step relay made again\n2 of step settle made again\n1 of step certify made again\n",
  });
  expect(await rowsOf("select message_id, step from work order by 1, 2")).toEqual(before);
  expect(await rowsOf("select run_at from work where step = 'relay'")).toEqual([
    { run_at: scheduledAt },
  ]);
  expect(await story.integrity()).toEqual([]);

  await told.pass(1);
  expect((await told.status(delivered)).view.certificates).toHaveLength(1);
  expect(await readConflicts(context.db, { limit: 9 })).toMatchObject([
    { messageId: contradicted.messageId },
  ]);
  expect((await story.status("scheduled")).view.stage.name).toBe("accepted");
  await told.pass(2);
  expect((await story.status("scheduled")).view.stage.name).toBe("relayed");
  await told.pass(119);
  expect((await told.status(open)).view.certificates).toMatchObject([{ kind: "negative" }]);
  expect(await story.integrity()).toEqual([]);
});
