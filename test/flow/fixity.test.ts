import { checkFixity } from "../../src/lifecycle/upkeep/check-fixity.ts";
import type { BusinessEvent } from "../../src/domain/business-event.ts";
import { uuidv7 } from "../../src/domain/ids.ts";
import { systemRandom } from "../../src/system.ts";
import { HOURS, startStory, type Story } from "../support/story.ts";

const DAYS = 24 * HOURS;

let story: Story;
let told: BusinessEvent[];
let now: Date;

/** One night: every replica ticks, one of them reads. Answers how many files it read. */
async function night(): Promise<number> {
  const context = {
    ...story.context,
    clock: { now: () => now },
    tell: (event: BusinessEvent) => told.push(event),
  };
  const passes = await Promise.all([checkFixity(context), checkFixity(context)]);
  const read = passes.filter((pass) => pass !== undefined);
  return read.reduce((sum, { files }) => sum + files, 0);
}

async function nights(count: number): Promise<number> {
  let files = 0;
  for (let each = 0; each < count; each += 1) {
    now = new Date(now.getTime() + DAYS);
    files += await night();
  }
  return files;
}

/** One certificate as the service issues it, and its row again under ids of the months that follow. */
beforeAll(async () => {
  story = await startStory();
  await story.accept("issued", "+34600100000");
  await story.pass();
  now = story.hands.clock.now();
  const copies = Array.from({ length: 99 }, (_, each) =>
    uuidv7(new Date(now.getTime() + (each + 1) * 3 * DAYS), systemRandom),
  );
  await story.database.owner.query(
    `insert into certificates (message_id, kind, csv, issued_at, stamped_at, retain_until, sha256, pdf)
     select copy, kind, csv, issued_at, stamped_at, retain_until, sha256, pdf
     from certificates, unnest($1::uuid[]) as copy`,
    [copies],
  );
  now = new Date(now.getTime() + 300 * DAYS);
});
beforeEach(() => {
  told = [];
});
afterAll(async () => {
  await story.close();
});

test("each certificate is read within a quarter of a year, a share every night", async () => {
  const first = await nights(1);
  expect(first).toBeLessThan(30);
  expect(first + (await nights(78))).toBe(100);
  const { rows } = await story.database.owner.query<{ ended: number }>(
    "select count(ended_at)::int as ended from fixity_walks",
  );
  expect(rows[0]?.ended).toBe(0);
  await nights(1);
  expect(await nights(80)).toBe(100);
});

test("nights that were missed are made up for", async () => {
  await nights(1);
  now = new Date(now.getTime() + 50 * DAYS);
  const { owner } = story.database;
  await night();
  const { rows } = await owner.query<{ left: number }>(
    `select count(*)::int as left from certificates where message_id >
       (select reached_id from fixity_walks where ended_at is null)`,
  );
  // Fifty-two of eighty nights are over.
  expect(rows[0]?.left).toBeLessThan(50);
});

test("a file that a hand has changed is found, told, refused to callers and seen by verify", async () => {
  const { messageId } = await story.certificate("issued");
  const { owner } = story.database;
  await owner.query("alter table certificates disable trigger certificates_guard");
  await owner.query("alter table certificates add column pdf_before bytea");
  await owner.query("update certificates set pdf_before = pdf where message_id = $1", [messageId]);
  await owner.query(
    "update certificates set pdf = set_byte(pdf, 500, 255 - get_byte(pdf, 500)) where message_id = $1",
    [messageId],
  );
  await nights(82);
  expect(told).toContainEqual({
    name: "fileDamaged",
    messageId,
    kind: "positive",
    problem: "differs",
  });
  expect(told).toContainEqual(expect.objectContaining({ name: "filesRead", failures: 1 }));
  await expect(story.certificate("issued")).rejects.toThrow("hash differs");
  const damages = (await story.integrity()).filter((damage) => damage.messageId === messageId);
  expect(damages.map(({ invariant, messageId }) => [invariant, messageId])).toEqual([
    ["a certificate is the file that was hashed", messageId],
    ["a certificate was found whole when it was last read", messageId],
  ]);

  await owner.query("update certificates set pdf = pdf_before where message_id = $1", [messageId]);
  await nights(82);
  const left = (await story.integrity()).filter((damage) => damage.messageId === messageId);
  expect(left).toEqual([]);
});

test("a reading that was broken off goes on where it was", async () => {
  await nights(40);
  const { owner } = story.database;
  const before = await owner.query("select reached_id from fixity_walks where ended_at is null");
  await owner.query(`create function die() returns trigger language plpgsql as $$ begin
    raise exception 'the process died here'; end $$`);
  await owner.query(
    "create trigger die before update on fixity_walks for each row execute function die()",
  );
  now = new Date(now.getTime() + 20 * DAYS);
  const context = { ...story.context, clock: { now: () => now } };
  await expect(checkFixity(context)).rejects.toThrow("died here");
  await owner.query("drop trigger die on fixity_walks");
  const after = await owner.query("select reached_id from fixity_walks where ended_at is null");
  expect(after.rows).toEqual(before.rows);
  expect(await night()).toBeGreaterThan(0);
});
