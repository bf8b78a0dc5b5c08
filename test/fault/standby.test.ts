import pg from "pg";
import { isUnavailable } from "../../src/store/connection/unavailable.ts";
import { clientOfPrimary } from "../../src/store/connection/primary.ts";
import { createTestPool } from "../support/database.ts";
import { peer } from "../support/peers.ts";
import { POSTGRES_15, servePostgres, type ServedPostgres } from "../support/postgres-15.ts";
import { startServedStory, type ServedStory } from "../support/served-story.ts";

/** FAULTS=long makes it a night's run. */
const LONG = process.env["FAULTS"] === "long";
const STRIDE = LONG ? 3_000 : 60;

peer(POSTGRES_15)("a primary with a synchronous standby", () => {
  let primary: ServedPostgres;
  let standby: ServedPostgres;
  let story: ServedStory;

  beforeAll(async () => {
    primary = await servePostgres();
    standby = await servePostgres({ standbyOf: primary });
    const admin = createTestPool(primary.adminUrl);
    await admin.query("alter system set synchronous_standby_names = '*'");
    await admin.query("select pg_reload_conf()");
    await admin.end();
    // The standby stands first: the service finds out who takes writes.
    story = await startServedStory(`${standby.url} ${primary.url}`, "standby");
  }, 120_000);
  afterAll(async () => {
    await story.stop();
    await standby.remove();
    await primary.remove();
  });

  test("callers who meet nothing but a standby are told to come back", async () => {
    const db = new pg.Pool({ Client: clientOfPrimary([standby.url]) });
    const refused: unknown = await db.query("select").catch((error: unknown) => error);
    await db.end();
    expect(refused).toMatchObject({ message: "the server is a standby" });
    expect(isUnavailable(refused)).toBe(true);
  });

  test(
    "is killed under load, the standby is promoted, and no acknowledged message is lost",
    async () => {
      const load = await story.load();
      await load.until(STRIDE);
      await primary.end("SIGKILL");
      const before = load.acknowledged.length;
      const db = createTestPool(standby.adminUrl);
      await db.query("select pg_promote()");
      await load.until(before + STRIDE);
      await load.stop();
      expect([...load.faults].filter((code) => code !== "Unavailable")).toEqual([]);
      await story.certified(db, load.acknowledged);
      await story.expectAllKept(db, load.acknowledged);
      await db.end();
    },
    LONG ? 3_600_000 : 300_000,
  );
});
