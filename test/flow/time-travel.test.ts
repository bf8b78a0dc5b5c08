import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { retainCertificates } from "../../src/lifecycle/retain-certificates.ts";
import { prepareDatabase } from "../../src/store/connection/prepare-database.ts";
import { asApplication } from "../../src/store/connection/roles.ts";
import { createTestPool, type TestDatabase } from "../support/database.ts";
import { peer } from "../support/peers.ts";
import { POSTGRES_15, servePostgres, type ServedPostgres } from "../support/postgres-15.ts";
import { startServedStory, type ServedStory } from "../support/served-story.ts";
import { systemClock } from "../../src/system.ts";
import { HOURS, startStory, type Story } from "../support/story.ts";

const FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

/** A PostgreSQL whose own clock is moved too: retention believes only both. */
peer(POSTGRES_15, FAKETIME)("five days and five years pass", () => {
  let server: ServedPostgres;
  let story: Story;
  let environment: Record<string, string>;

  /** The server starts again, at an instant of its own. */
  async function databaseAt(instant: Date): Promise<void> {
    await server.end("SIGINT");
    const at = instant.toISOString().slice(0, 19).replace("T", " ");
    environment["FAKETIME"] = `@${at}`;
    await server.start();
  }

  /** A night's work of a service whose clock says so. */
  async function purgedAt(instant: Date): Promise<number> {
    const context = { ...story.context, clock: { now: () => instant } };
    return (await retainCertificates(context)).certificatesPurged;
  }

  beforeAll(async () => {
    environment = { LD_PRELOAD: FAKETIME, TZ: "UTC", FAKETIME: "@2026-03-02 09:00:00" };
    server = await servePostgres({ environment });
    const directory = join(fileURLToPath(new URL("../..", import.meta.url)), "migrations");
    await prepareDatabase({ owner: { connectionString: server.url }, directory, now: new Date(0) });
    const appUrl = asApplication(server.url);
    const [owner, app] = [createTestPool(server.url), createTestPool(appUrl)];
    const database: TestDatabase = {
      name: "postgres",
      owner,
      app,
      ownerUrl: server.url,
      appUrl,
      adminUrl: server.url,
      drop: async () => {
        await Promise.all([owner.end(), app.end()]);
        await server.remove();
      },
    };
    story = await startStory({ database });
  }, 120_000);
  afterAll(async () => {
    await story.close();
  });

  test("the negative certificate comes at its instant, and both are purged after theirs, not a minute early", async () => {
    const { receiptDeadline } = await story.accept("silent", "+34600100404");
    await story.accept("delivered", "+34600200000");
    await story.pass();
    const decideAt = receiptDeadline.getTime() + 600_000;
    await story.pass(decideAt - story.hands.clock.now().getTime() - 60_000);
    expect((await story.certificate("silent")).state).toBe("pending");
    await story.pass(60_000);
    // The SMSC is asked whether it lives: what it had to say until now would have come.
    await story.pass(5_000);
    const certificates = [await story.certificate("delivered"), await story.certificate("silent")];
    const [positive, negative] = certificates.map((certificate) => {
      if (certificate.state !== "issued") throw new Error("no certificate");
      return certificate;
    });
    if (!positive || !negative) throw new Error("no certificate");
    expect(positive.retainUntil.getTime() - positive.issuedAt.getTime()).toBe(
      Date.UTC(2031, 2, 2) - Date.UTC(2026, 2, 2),
    );
    expect(negative.issuedAt.getTime()).toBeGreaterThanOrEqual(decideAt);

    const before = (end: Date): Date => new Date(end.getTime() - 60_000);
    const after = (end: Date): Date => new Date(end.getTime() + 60_000);
    // Each clock alone, and both a minute before.
    expect(await purgedAt(after(positive.retainUntil))).toBe(0);
    await databaseAt(before(positive.retainUntil));
    expect(await purgedAt(after(negative.retainUntil))).toBe(0);
    await databaseAt(after(negative.retainUntil));
    expect(await purgedAt(before(positive.retainUntil))).toBe(0);
    expect((await story.certificate("delivered")).state).toBe("issued");
    await databaseAt(after(positive.retainUntil));
    expect(await purgedAt(before(negative.retainUntil))).toBe(1);
    await databaseAt(after(negative.retainUntil));
    expect(await purgedAt(after(negative.retainUntil))).toBe(1);

    const { rows } = await story.database.owner.query<{ name: string; left: string }>(
      `select 'messages' as name, count(*) as left from messages
       union all select 'evidence', count(*) from evidence
       union all select 'certificates', count(*) from certificates
       union all select 'receipts', count(*) from receipts
       union all select 'hashes', count(*) from purged_certificates order by name`,
    );
    expect(rows.map(({ name, left }) => `${name} ${left}`)).toEqual([
      "certificates 0",
      "evidence 0",
      "hashes 2",
      "messages 0",
      "receipts 0",
    ]);
    expect(await story.integrity()).toEqual([]);
    expect(story.hands.clock.now().getTime()).toBeLessThan(decideAt + HOURS);
  }, 120_000);
});

peer(POSTGRES_15, FAKETIME)("the database's clock is ten minutes ahead", () => {
  let server: ServedPostgres;
  let served: ServedStory;

  beforeAll(async () => {
    server = await servePostgres({ environment: { LD_PRELOAD: FAKETIME, FAKETIME: "+10m" } });
    served = await startServedStory(server.url, "skew");
  }, 120_000);
  afterAll(async () => {
    await served.stop();
    await server.remove();
  });

  test("somebody is told, and every deadline is ours", async () => {
    expect(served.service.output()).toMatch(
      /warn .*clock of the database differs.*=(59|60)\d{4}\b/,
    );
    const from = systemClock.now();
    const load = await served.load();
    await load.until(10);
    await load.stop();
    const db = createTestPool(server.adminUrl);
    await served.certified(db, load.acknowledged);
    const { rows } = await db.query<{ accepted_at: Date; receipt_deadline: Date; issued_at: Date }>(
      "select accepted_at, receipt_deadline, issued_at from messages join certificates using (message_id)",
    );
    const to = systemClock.now();
    for (const { accepted_at, receipt_deadline, issued_at } of rows) {
      expect(accepted_at.getTime()).toBeGreaterThanOrEqual(from.getTime());
      expect(receipt_deadline.getTime() - accepted_at.getTime()).toBe(120 * HOURS);
      expect(issued_at.getTime()).toBeLessThanOrEqual(to.getTime());
    }
    await served.expectAllKept(db, load.acknowledged);
    await db.end();
  }, 120_000);
});
