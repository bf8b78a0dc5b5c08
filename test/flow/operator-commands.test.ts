import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recordReceipt } from "../../src/lifecycle/record-receipt.ts";
import { saveCallback } from "../../src/store/parties/callbacks.ts";
import { systemClock } from "../../src/system.ts";
import { report } from "../support/told-gateway.ts";
import { startToldStory, type ToldStory } from "../support/told-story.ts";
import { runCommand } from "../support/run-command.ts";

/** What an operator reads at the terminal, from the program itself. */
let told: ToldStory;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "sms-certificat-operator-test-"));
  // The commands go by the clock of the machine.
  told = await startToldStory({ start: systemClock.now() });
});
afterAll(async () => {
  await told.story.close();
  await rm(directory, { recursive: true, force: true });
});

const run = (...words: string[]): ReturnType<typeof runCommand> =>
  runCommand(told.story.database, directory, words);

test("work tells what is still waiting beside that nothing is stuck", async () => {
  expect((await run("work")).out).toMatch(/\nNothing is stuck\.\n$/);
  const { story, context } = told;
  await saveCallback(context.db, {
    entityId: story.caller.entity.entityId,
    style: "json",
    url: "https://backoffice.invalid/",
    events: ["relayed"],
    security: "hmac",
    username: undefined,
    encryptedSecret: Buffer.alloc(40),
    enabled: true,
  });
  await told.send();
  await recordReceipt(context, report(story, "of-nobody", "+34699999999"));
  const { out } = await run("work");
  expect(out).not.toContain("Nothing is stuck.");
  expect(out).toMatch(
    /\nNothing is stuck, and nothing is to be done yet\. Still waiting:\n {2}receipts unmatched 1, .* an hour.*\n {2}call-backs waiting 1, .* three days.*\n$/,
  );
});

test("resend says why a message is not sent again", async () => {
  const by = ["--by", "A. Operadora", "--why", "no trace of it"];
  const relayed = await told.send();
  const open = await run("resend", "--message", relayed.messageId, ...by);
  expect(open.out).toContain("only a message whose acceptance was not confirmed");
  await told.hear(relayed);
  const ended = await run("resend", "--message", relayed.messageId, ...by);
  expect(ended.out).toContain("its outcome is closed");
});

describe("a port that another program has", () => {
  let other: Server;
  let port: string;
  beforeAll(async () => {
    other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    port = String((other.address() as AddressInfo).port);
  });
  afterAll(() => new Promise((resolve) => other.close(resolve)));

  test.each(["PORT", "METRICS_PORT"])("of serve: %s", async (setting) => {
    const { database } = told.story;
    const more = { SMPP_PORT: "1", PORT: "0", [setting]: port };
    const ran = await runCommand(database, directory, ["serve"], more);
    expect(ran.code).toBe(1);
    expect(ran.out).toContain(
      `another program listens on 127.0.0.1:${port}: end it, or set ${setting} to another port\n`,
    );
  });

  test("of simulate-operator", async () => {
    const ran = await run("simulate-operator", "--port", port);
    expect(ran).toEqual({
      code: 1,
      out: `another program listens on 127.0.0.1:${port}: end it, or set --port to another port\n`,
    });
  });
});

test.each([
  ["an unknown option", ["work", "--bogus"], 2, /^Unknown option '--bogus'\n\nUsage:/],
  [
    "a file that is not there",
    ["verify-pdf", "nothing.pdf"],
    2,
    /^nothing\.pdf cannot be opened: there is no such file or folder\n$/,
  ],
])("%s is told in a line of our own", async (_what, words, code, told) => {
  const ran = await run(...words);
  expect(ran).toEqual({
    code,
    out: expect.stringMatching(told) as string,
  });
});

test("-h is --help, of the program and of a command", async () => {
  expect(await run("-h")).toEqual(await run("--help"));
  expect(await run("work", "-h")).toEqual(await run("work", "--help"));
});

test("a database that does not answer is called so", async () => {
  const nowhere = "postgresql://127.0.0.1:1/x";
  const more = { DATABASE_URL: nowhere, DATABASE_OWNER_URL: nowhere };
  const ran = await runCommand(told.story.database, directory, ["work"], more);
  expect(ran).toEqual({
    code: 1,
    out: "the database does not answer: connect ECONNREFUSED 127.0.0.1:1\n",
  });
});
