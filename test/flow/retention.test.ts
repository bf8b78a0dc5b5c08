import type { Pool } from "pg";
import { retainCertificates } from "../../src/lifecycle/retain-certificates.ts";
import { HOURS, startStory, type Story } from "../support/story.ts";

let story: Story;
beforeAll(async () => {
  story = await startStory();
  await story.accept("kept", "+34600100000");
  await story.pass();
});
afterAll(async () => {
  await story.close();
});

async function refused(pool: Pool, statement: string): Promise<string> {
  return pool.query(statement).then(
    () => `DONE: ${statement}`,
    (error: unknown) => (error as Error).message,
  );
}

test.each([
  "delete from certificates",
  "update certificates set retain_until = now()",
  "update certificates set pdf = ''",
  "truncate certificates",
  "delete from evidence",
  "update messages set text = 'x'",
  "delete from receipts",
  "delete from charges",
  "drop table certificates",
  "alter table certificates disable trigger all",
  "select set_config('sms_certificat.purge_at', '2099-01-01', false); delete from certificates",
])("the application may not: %s", async (statement) => {
  expect(await refused(story.database.app, statement)).toMatch(/permission denied|must be owner/);
});

test.each([
  "delete from certificates",
  "update certificates set retain_until = '2000-01-01'",
  "update certificates set sha256 = 'x'",
  "truncate certificates",
  "update evidence set at = at",
  "delete from charges",
  "truncate receipts",
  "update messages set text = 'x'",
  "begin; select set_config('sms_certificat.purge_at', '2099-01-01', true); delete from certificates; commit",
])("the owner may not: %s", async (statement) => {
  expect(await refused(story.database.owner, statement)).toMatch(
    /cannot be changed or removed|cannot be truncated/,
  );
  await refused(story.database.owner, "rollback");
});

test("no partition may be truncated", async () => {
  const { rows } = await story.database.owner.query<{ name: string }>(
    "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'certificates'::regclass",
  );
  expect(rows.length).toBeGreaterThan(12);
  for (const { name } of rows) {
    expect(await refused(story.database.owner, `truncate ${name}`)).toContain(
      "cannot be truncated",
    );
  }
});

test("a certificate for less than five years is not taken", async () => {
  const copy = `insert into certificates select message_id, 'negative', csv, issued_at, stamped_at,
    issued_at + interval '4 years 364 days', sha256, pdf from certificates`;
  expect(await refused(story.database.owner, copy)).toContain("check constraint");
});

test.each([
  ["with no file", "null, null, null, null"],
  ["with two files", "pdf, 'key', 'version', 1"],
  ["with half an object", "null, null, 'version', 1"],
])("a certificate %s is not taken", async (_, file) => {
  const copy = `insert into certificates (message_id, kind, csv, issued_at, stamped_at, retain_until,
      sha256, pdf, object_key, object_version, object_size)
    select message_id, 'negative', csv, issued_at, stamped_at, retain_until, sha256, ${file}
    from certificates`;
  expect(await refused(story.database.owner, copy)).toContain("check constraint");
});

test("our clock alone purges nothing: the clock of the database must agree", async () => {
  const inSixYears = new Date(story.hands.clock.now().getTime() + 6 * 365 * 24 * HOURS);
  const { certificatesPurged, partitionsMade } = await retainCertificates({
    ...story.context,
    clock: { now: () => inSixYears },
  });
  expect(certificatesPurged).toBe(0);
  expect(partitionsMade).toBeGreaterThan(0);
  expect((await story.certificate("kept")).state).toBe("issued");
});
