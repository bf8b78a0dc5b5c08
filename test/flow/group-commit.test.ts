import type pg from "pg";
import { updateEntity } from "../../src/store/parties/entities.ts";
import { acceptSubmission, type Acceptance } from "../../src/lifecycle/accept-submission.ts";
import type { LifecycleContext } from "../../src/lifecycle/context.ts";
import { createAcceptance } from "../../src/store/acceptance.ts";
import { createCallerRegistry } from "../../src/store/parties/caller-registry.ts";
import { createPool } from "../../src/store/connection/database.ts";
import { updateUser } from "../../src/store/parties/users.ts";
import { claim, finish } from "../../src/store/work.ts";
import { startStory, submission, type Story } from "../support/story.ts";

let story: Story;
beforeAll(async () => {
  story = await startStory();
});
afterAll(async () => {
  const damages = await story.integrity();
  await story.close();
  expect(damages).toEqual([]);
});

/** The pool, which tells each statement that it is given. */
function counting(db: pg.Pool, told: (statement: string) => void): pg.Pool {
  return new Proxy(db, {
    get(pool, name) {
      const value: unknown = Reflect.get(pool, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        if (name === "query") told(String(args[0]));
        return Reflect.apply(value, pool, args);
      };
    },
  });
}

/** A replica with a group commit of its own; `statements` is what it has sent. */
function replica(): { context: LifecycleContext; statements: string[] } {
  const statements: string[] = [];
  const db = counting(story.context.db, (statement) => statements.push(statement));
  return { context: { ...story.context, db, takeCharge: createAcceptance(db) }, statements };
}

function send(
  { context }: { context: LifecycleContext },
  reference: string,
  text = "Avís",
): Promise<Acceptance> {
  const content = submission(reference, "+34600100000", { text });
  return acceptSubmission(context, story.caller, content, { dryRun: false });
}

async function count(sql: string, ...values: unknown[]): Promise<number> {
  const { rows } = await story.database.owner.query<{ n: number }>(
    `select count(*)::integer as n from ${sql}`,
    values,
  );
  return rows[0]?.n ?? 0;
}

test("a hundred submissions at once take a few statements, and each is whole", async () => {
  const one = replica();
  const references = Array.from({ length: 100 }, (_, index) => `hundred-${index}`);
  const answers = await Promise.all(references.map((reference) => send(one, reference)));
  expect(new Set(answers.map(({ messageId }) => messageId)).size).toBe(100);
  expect(one.statements.length).toBeLessThanOrEqual(3);
  for (const table of ["messages", "evidence", "charges"]) {
    const ids = answers.map(({ messageId }) => messageId);
    expect(await count(`${table} where message_id = any($1::uuid[])`, ids)).toBe(100);
  }
  expect(await count("work where step = 'relay'")).toBe(100);
  expect(await count("work where step = 'settle'")).toBe(100);
});

test("equal submissions in one batch and on two replicas are one message", async () => {
  const replicas = [replica(), replica()];
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, index) =>
      send(replicas[index % 2] ?? replica(), `equal-${index % 5}`),
    ),
  );
  expect(new Set(answers.map(({ messageId }) => messageId)).size).toBe(5);
  expect(await count("messages where client_reference like 'equal-%'")).toBe(5);
});

test("other content under the same reference loses, whoever comes first", async () => {
  const replicas = [replica(), replica()];
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) =>
      send(replicas[index % 2] ?? replica(), "contended", index < 10 ? "Un text" : "Un altre"),
    ),
  );
  const taken = results.filter((result) => result.status === "fulfilled");
  const refused = results.filter((result) => result.status === "rejected");
  expect(taken).toHaveLength(10);
  for (const { reason } of refused) expect(reason).toMatchObject({ code: "DuplicateSubmission" });
  expect(await count("messages where client_reference = 'contended'")).toBe(1);
});

test("what the database cannot keep rejects only its own caller", async () => {
  const one = replica();
  const references = Array.from({ length: 20 }, (_, index) => `poison-${index}`);
  references[7] = "poison\0";
  const results = await Promise.allSettled(references.map((reference) => send(one, reference)));
  expect(results.filter(({ status }) => status === "rejected")).toHaveLength(1);
  expect(results[7]?.status).toBe("rejected");
  expect(await count("messages where client_reference like 'poison-%'")).toBe(19);
});

test("questions about callers that come together are one, and nothing is kept", async () => {
  const { db } = story.context;
  let questions = 0;
  const counted = counting(db, () => (questions += 1));
  const registry = createCallerRegistry(counted);
  const names = Array.from({ length: 50 }, (_, i) => (i % 10 === 9 ? "nobody" : "BackOffice"));
  const found = await Promise.all(names.map((name) => registry.findCredential(name)));
  expect(questions).toBe(1);
  expect(found.filter((each) => each?.caller.user.username === "backoffice")).toHaveLength(45);
  const may = async (): Promise<boolean[]> => {
    const caller = (await registry.findCredential("backoffice"))?.caller;
    return [caller?.user.enabled === true, caller?.entity.enabled === true];
  };
  const { entity, user } = story.caller;
  const profile = { fullName: undefined, kind: "application" as const };
  await updateUser(db, { ...user, ...profile, enabled: false });
  expect(await may()).toEqual([false, true]);
  await updateUser(db, { ...user, ...profile });
  await updateEntity(db, { ...entity, enabled: false });
  expect(await may()).toEqual([true, false]);
  await updateEntity(db, entity);
  expect(await may()).toEqual([true, true]);
});

test("of equal nonces in one batch and on two replicas one is new", async () => {
  const { db, clock } = story.context;
  const [one, other] = [createCallerRegistry(db), createCallerRegistry(db)];
  const used = { username: "backoffice", expiresAt: clock.now() };
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      (index % 2 ? one : other).rememberNonce({ ...used, nonce: `nonce-${index % 4}` }),
    ),
  );
  expect(answers.filter((fresh) => fresh)).toHaveLength(4);
});

test("a claim does not depend on statistics about a table that has just grown", async () => {
  const { owner } = story.database;
  await owner.query("alter table work set (autovacuum_enabled = off)");
  await owner.query(
    `insert into work (lane, step, message_id, run_at, attempts, dead)
     select 0, 'notify', gen_random_uuid(), $1, 0, false from generate_series(1, 30000)`,
    [new Date(0)],
  );
  const { db, clock } = story.context;
  const lease = { leaseMilliseconds: 1_000, limit: 500 };
  const began = performance.now();
  const claimed = await claim(db, "notify", clock.now(), lease);
  await finish(db, claimed);
  // The wrong plan reads the table once for each row of it: a minute, and not a fraction of a second.
  expect(performance.now() - began).toBeLessThan(5_000);
  expect(claimed).toHaveLength(500);
  expect(await count("work where step = 'notify'")).toBe(29_500);
  await owner.query("delete from work where step = 'notify'");
});

test("statements are prepared once for a connection, or never behind an old pooler", async () => {
  const prepared = async (prepare: boolean): Promise<string[]> => {
    const config = { connectionString: story.database.appUrl, max: 1 };
    const db = createPool(config, () => undefined, { prepare });
    const registry = createCallerRegistry(db);
    for (let call = 0; call < 2; call++) await registry.findCredential("backoffice");
    const { rows } = await db.query<{ name: string }>("select name from pg_prepared_statements");
    await db.end();
    return rows.map(({ name }) => name);
  };
  expect(await prepared(true)).toEqual(["credentials"]);
  expect(await prepared(false)).toEqual([]);
});
