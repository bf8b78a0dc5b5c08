import type pg from "pg";
import { uuidv7, type MessageId } from "../../src/domain/ids.ts";
import { claim, enqueue, finish, retry, type Work } from "../../src/store/work.ts";
import { systemRandom } from "../../src/system.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const NOW = new Date("2026-03-02T09:00:00Z");
const LEASE = 30_000;
const LATER = new Date(NOW.getTime() + LEASE);
const ROWS = 60;

let database: TestDatabase;
const ids: MessageId[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.owner.query("delete from work");
  ids.length = 0;
  for (let row = 0; row < ROWS; row++) ids.push(uuidv7(NOW, systemRandom) as MessageId);
  await enqueue(database.app, "certify", ids, NOW);
});

const take = (db: pg.Pool | pg.PoolClient, limit: number, now = NOW): Promise<Work[]> =>
  claim(db, "certify", now, { leaseMilliseconds: LEASE, limit });
const idsOf = (works: readonly Work[]): string[] => works.map(({ messageId }) => messageId);

async function inTransaction(work: (client: pg.PoolClient) => Promise<void>): Promise<void> {
  const client = await database.app.connect();
  await client.query("begin");
  try {
    await work(client);
  } finally {
    await client.query("commit");
    client.release();
  }
}

test("a replica takes other rows than one whose claim is not committed, and does not wait for it", async () => {
  await inTransaction(async (first) => {
    const firsts = await take(first, 40);
    // Whoever waited for the first one's locks would wait for ever: it commits afterwards.
    const seconds = await take(database.app, 40);
    expect(firsts).toHaveLength(40);
    expect(seconds).toHaveLength(20);
    expect([...idsOf(firsts), ...idsOf(seconds)].toSorted()).toEqual(ids.toSorted());
  });
});

test("of many that claim at once each row is one's, once", async () => {
  const claims = await Promise.all(Array.from({ length: 20 }, () => take(database.app, 7)));
  const left = await take(database.app, ROWS);
  expect(idsOf([...claims.flat(), ...left]).toSorted()).toEqual(ids.toSorted());
  expect(claims.filter((works) => works.length > 0).length).toBeGreaterThan(1);
});

test("what is claimed is nobody else's until its lease ends", async () => {
  expect(await take(database.app, ROWS)).toHaveLength(ROWS);
  expect(await take(database.app, ROWS)).toEqual([]);
  expect(await take(database.app, ROWS, new Date(LATER.getTime() - 1))).toEqual([]);
  const again = await take(database.app, ROWS, LATER);
  expect(again).toHaveLength(ROWS);
  expect(new Set(again.map(({ attempts }) => attempts))).toEqual(new Set([2]));
});

test("who lost its lease can neither finish nor put off what another one has", async () => {
  const [slow] = await take(database.app, 1);
  const rest = await take(database.app, ROWS);
  await finish(database.app, rest);
  const [other] = await take(database.app, ROWS, LATER);
  expect(other?.messageId).toBe(slow?.messageId);
  await finish(database.app, [slow!]);
  await retry(database.app, slow!, NOW, "too late");
  const { rows } = await database.app.query("select run_at, attempts, cause from work");
  expect(rows).toEqual([{ run_at: other?.lease, attempts: 2, cause: null }]);
});
