import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeWords } from "../support/program.ts";
import { startStory, type Story } from "../support/story.ts";
import { startTimeStampService, type TimeStampService } from "../support/time-stamp-service.ts";

let story: Story;
let authority: TimeStampService;

beforeAll(async () => {
  story = await startStory({ issuer: () => ({ issue: (facts) => authority.issuer.issue(facts) }) });
  authority = await startTimeStampService(story.hands.clock);
});
afterAll(async () => {
  await story.close();
  await authority.stop();
});

/** `sms-certificat work`, as an operator runs it. */
function work(): string {
  const [command, ...args] = nodeWords("src/main.ts", "work");
  const { appUrl, ownerUrl } = story.database;
  const directory = mkdtempSync(join(tmpdir(), "waiting-"));
  const env = { DATABASE_URL: appUrl, DATABASE_OWNER_URL: ownerUrl, DATA_DIRECTORY: directory };
  return execFileSync(command, args, { env: { ...process.env, ...env }, encoding: "utf8" });
}

test("while the time-stamp authority is stopped messages wait; each gets its certificate once", async () => {
  await authority.stop();
  const references = ["one", "two", "three"];
  for (const reference of references) await story.accept(reference, "+34600100000");
  await story.pass();
  await story.pass(3_600_000);
  for (const reference of references) {
    const { view, certificate } = await story.status(reference);
    expect(view.stage.name).toBe("delivered");
    expect(certificate.state).toBe("pending");
    expect((await story.certificate(reference)).state).toBe("pending");
  }
  expect(authority.tokens()).toBe(0);
  expect(work()).toMatch(/^certify +3 .*CertificateDelayed: no time-stamp: 127\.0\.0\.1:\d+/m);

  await story.database.owner.query("update work set attempts = 60 where step = 'certify'");
  expect(work()).toMatch(/^ {2}WorkRepeated: certify \(60 tries\)$/m);

  await authority.start();
  await story.pass(2 * 3_600_000);
  for (const reference of references) {
    const { view } = await story.status(reference);
    expect(view.certificates).toHaveLength(1);
    expect((await story.certificate(reference)).state).toBe("issued");
  }
  expect(authority.tokens()).toBe(references.length);
  expect(work()).toMatch(/^certify +0 /m);
  const { rows } = await story.database.owner.query<{ n: number }>(
    "select count(*)::integer as n from charges where item = 'certificate'",
  );
  expect(rows[0]?.n).toBe(references.length);
  expect(await story.integrity()).toEqual([]);
});

test("a crash between sealing and storing issues it again, and one is kept", async () => {
  await story.accept("crash", "+34600100000");
  const { messageId } = await story.status("crash");
  await story.pass();
  const sql = "select kind, csv from certificates where message_id = $1";
  const before = await story.database.owner.query(sql, [messageId]);
  // As after a crash: the work is still there although the certificate is stored.
  await story.database.owner.query(
    "insert into work (lane, step, message_id, run_at, attempts, dead) values (0, 'certify', $1, $2, 1, false)",
    [messageId, story.hands.clock.now()],
  );
  await story.pass();
  expect((await story.database.owner.query(sql, [messageId])).rows).toEqual(before.rows);
  expect((await story.status("crash")).view.certificates).toHaveLength(1);
  expect(await story.integrity()).toEqual([]);
});
