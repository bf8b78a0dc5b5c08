import { uuidv7 } from "../../src/domain/ids.ts";
import type { ObjectStore } from "../../src/lifecycle/ports.ts";
import { relayMessages, type Relaying } from "../../src/lifecycle/relay-message.ts";
import { retainCertificates } from "../../src/lifecycle/retain-certificates.ts";
import { checkFixity } from "../../src/lifecycle/upkeep/check-fixity.ts";
import { systemRandom } from "../../src/system.ts";
import { turns, until } from "../support/hands.ts";
import { HOURS, startStory, type Story } from "../support/story.ts";
import { interrupted, toldGateway } from "../support/told-gateway.ts";

/** A process that is asked to end leaves what another time, or another process, can do as well. */
const YEARS = 365.25 * 24 * HOURS;

let story: Story;
let stopping: AbortController;
/** What the object store was asked for. */
let asked: string[];
let files: Map<string, Buffer>;
let onAsked: () => void;
beforeEach(async () => {
  stopping = new AbortController();
  asked = [];
  files = new Map();
  onAsked = () => undefined;
  const note = (key: string): void => {
    asked.push(key);
    onAsked();
  };
  const store: ObjectStore = {
    keep: ({ key, bytes }) => {
      files.set(key, bytes);
      return Promise.resolve({ key, version: "1" });
    },
    read: ({ key }) => {
      note(key);
      return Promise.resolve(files.get(key));
    },
    remove: (key) => {
      note(key);
      return Promise.resolve(true);
    },
  };
  // Years ago, so that the database's own clock agrees that five years have passed.
  const start = new Date("2018-03-02T09:00:00Z");
  story = await startStory({ start, objects: { store, keepsNew: true } });
});
afterEach(async () => {
  await story.close();
});

/** One certificate, and its row so many times again. */
async function certificates(copies: number): Promise<void> {
  await story.accept("issued", "+34600100000");
  await story.pass();
  const now = story.hands.clock.now();
  await story.database.owner.query(
    `insert into certificates (message_id, kind, csv, issued_at, stamped_at, retain_until, sha256,
       object_key, object_version, object_size)
     select copy, kind, csv, issued_at, stamped_at, retain_until, sha256, object_key,
       object_version, object_size
     from certificates, unnest($1::uuid[]) as copy`,
    [Array.from({ length: copies }, () => uuidv7(now, systemRandom))],
  );
}

test("the nightly reading ends after the files that it has in hand, and goes on another night", async () => {
  await certificates(9);
  await story.hands.advance(24 * HOURS);
  const context = { ...story.context, stopping: stopping.signal };
  onAsked = () => {
    if (asked.length === 2) stopping.abort();
  };
  expect(await checkFixity(context)).toMatchObject({ files: 0, failures: 0 });
  expect(asked).toHaveLength(4);
  expect(await checkFixity(story.context)).toMatchObject({ files: 10, failures: 0 });
});

test("the nightly purge ends after the batch that it has in hand, and goes on another night", async () => {
  await certificates(1_000);
  const later = new Date(story.hands.clock.now().getTime() + 6 * YEARS);
  const nightly = { ...story.context, clock: { now: () => later } };
  await story.database.owner.query("insert into released_objects values ('1'), ('2'), ('3')");
  const purges: string[] = [];
  const db = interrupted(story.context.db, (statement) => {
    if (statement.includes("purge_expired")) purges.push(statement);
    if (purges.length === 1) stopping.abort();
    return Promise.resolve();
  });
  const context = { ...nightly, db, stopping: stopping.signal };
  expect(await retainCertificates(context)).toMatchObject({ certificatesPurged: 500 });
  expect(purges).toHaveLength(1);
  expect(asked).toEqual([]);
  // The files go one after another.
  stopping = new AbortController();
  onAsked = () => stopping.abort();
  const again = { ...nightly, stopping: stopping.signal };
  expect(await retainCertificates(again)).toMatchObject({ certificatesPurged: 501 });
  expect(asked).toEqual(["1"]);
  onAsked = () => undefined;
  await retainCertificates(nightly);
  expect(asked).toEqual(["1", "2", expect.stringContaining("/positive.pdf"), "3"]);
});

const AWAY = new Error("Connection terminated unexpectedly");

test("a relay of which nothing can have been stored is left to others when the database is away", async () => {
  await story.accept("a", "+34600100000");
  let begins = 0;
  const db = interrupted(story.context.db, (statement) => {
    if (statement !== "begin") return Promise.resolve();
    begins += 1;
    return Promise.reject(AWAY);
  });
  const gateway = toldGateway(story);
  const relaying: Relaying = new Set();
  await relayMessages({ ...story.context, gateway, db, stopping: stopping.signal }, relaying);
  await until(() => begins > 0, "the first try");
  await turns();
  expect(relaying.size).toBe(1);
  stopping.abort();
  await Promise.all(relaying);
  expect(begins).toBe(1);
  await story.hands.advance(10 * 60_000);
  await relayMessages({ ...story.context, gateway });
  expect((await story.status("a")).view.stage.name).toBe("relayed");
});

test("a relay that may have been stored is still told of, because only this process knows that it was not sent", async () => {
  await story.accept("a", "+34600100000");
  let commits = 0;
  const db = interrupted(
    story.context.db,
    () => Promise.resolve(),
    (statement) =>
      statement === "commit" && ++commits <= 3 ? Promise.reject(AWAY) : Promise.resolve(),
  );
  const gateway = toldGateway(story, () =>
    Promise.resolve({ kind: "notSent", cause: "the link is closed" }),
  );
  const relaying: Relaying = new Set();
  await relayMessages({ ...story.context, gateway, db, stopping: stopping.signal }, relaying);
  await until(() => commits > 0, "the first try");
  await turns();
  stopping.abort();
  await story.hands.passUntil(() => relaying.size === 0, "the end of the relay");
  const { history } = await story.status("a");
  expect(history.map(({ event }) => event).slice(-2)).toEqual(["RelayAttempt", "RelayDeferred"]);
});
