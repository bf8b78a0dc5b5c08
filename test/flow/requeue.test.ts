import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConflicts } from "../../src/store/conflicts.ts";
import { readDeadWork } from "../../src/store/work.ts";
import { systemClock } from "../../src/system.ts";
import { startToldStory, type Sent, type ToldStory } from "../support/told-story.ts";
import { runCommand } from "../support/run-command.ts";

const LOCKED = "the token of the seal is locked";
const OTHER = "the template has no such page";

let told: ToldStory;
let directory: string;
/** Why a certificate of a number cannot be made. */
const faults = new Map<string, string>();

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "sms-certificat-requeue-test-"));
  told = await startToldStory({
    // The command goes by the clock of the machine.
    start: systemClock.now(),
    issuer: (issuer) => ({
      issue(facts) {
        const fault = faults.get(facts.message.recipient.msisdn);
        return fault === undefined ? issuer.issue(facts) : Promise.reject(new Error(fault));
      },
    }),
  });
});
afterAll(async () => {
  expect(await told.story.integrity()).toEqual([]);
  await told.story.close();
  await rm(directory, { recursive: true, force: true });
});

const requeue = (...words: string[]): ReturnType<typeof runCommand> =>
  runCommand(told.story.database, directory, ["work", "requeue", ...words]);

async function givenUp(): Promise<string[]> {
  const dead = await readDeadWork(told.context.db);
  return dead.map(({ step, message }) => `${step} ${message}`).toSorted();
}

async function hasCertificate(sent: Sent): Promise<boolean> {
  return (await told.status(sent)).view.certificates.length > 0;
}

test("all that was given up for one cause is tried again, and what a person must decide is not", async () => {
  const [one, two, three, held] = [
    await told.send(),
    await told.send(),
    await told.send(),
    await told.send(),
  ];
  faults.set(one.recipient, LOCKED).set(two.recipient, LOCKED).set(three.recipient, OTHER);
  for (const sent of [one, two, three]) await told.hear(sent);
  await told.hear(held, { doubt: "text and TLV differ" });
  for (let hour = 0; hour < 50; hour += 2) await told.pass(2);
  const all = [one, two, three].map(({ messageId }) => `certify ${messageId}`);
  const conflict = `settle ${held.messageId}`;
  expect(await givenUp()).toEqual([...all, conflict].toSorted());

  faults.clear();
  expect(await requeue("--step", "certify", "--cause", "the token")).toEqual({
    code: 0,
    out: "0 of step certify are due again\n",
  });
  expect(await requeue("--step", "certify", "--cause", `Error: ${LOCKED.slice(0, 9)}`)).toEqual({
    code: 0,
    out: "2 of step certify are due again\n",
  });
  await told.pass(1);
  expect(await givenUp()).toEqual([`certify ${three.messageId}`, conflict].toSorted());
  expect(await Promise.all([one, two, three].map(hasCertificate))).toEqual([true, true, false]);

  for (const cause of ["c", "conflict: segment 1"]) {
    const { out } = await requeue("--step", "settle", "--cause", cause);
    expect(out).toBe("0 of step settle are due again\n");
  }
  const waiting = await readConflicts(told.context.db, { limit: 10 });
  expect(waiting.map(({ messageId }) => messageId)).toEqual([held.messageId]);

  const single = await requeue("--step", "certify", "--message", three.messageId);
  expect(single).toEqual({ code: 0, out: `certify of ${three.messageId} is due again\n` });
  await told.pass(1);
  expect(await hasCertificate(three)).toBe(true);
});

test.each([
  ["a step that there is not", ["--step", "seal", "--cause", "x"], "--step must be one of"],
  ["both ways", ["--step", "certify", "--cause", "x", "--message", "y"], "either --message"],
])("refuses %s", async (_what, words, why) => {
  const { code, out } = await requeue(...words);
  expect(code).toBe(2);
  expect(out).toContain(why);
});
