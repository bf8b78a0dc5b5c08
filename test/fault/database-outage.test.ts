import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type pg from "pg";
import { createTestPool } from "../support/database.ts";
import { peer } from "../support/peers.ts";
import { POSTGRES_15, servePostgres, type ServedPostgres } from "../support/postgres-15.ts";
import { startServedStory, type ServedStory } from "../support/served-story.ts";

/** Messages between one blow and the next. FAULTS=long makes it a night's run. */
const LONG = process.env["FAULTS"] === "long";
const STRIDE = LONG ? 2_000 : 40;

peer(POSTGRES_15)("the database goes away under load, and nothing acknowledged is lost", () => {
  let server: ServedPostgres;
  let story: ServedStory;
  let db: pg.Pool;

  beforeAll(async () => {
    server = await servePostgres();
    story = await startServedStory(server.url, "outage");
    db = createTestPool(server.adminUrl);
  }, 120_000);
  afterAll(async () => {
    await db.end();
    await story.stop();
    await server.remove();
  });

  test(
    "stopped and started, killed and started, every connection cut",
    async () => {
      const load = await story.load();
      await load.until(STRIDE);
      await server.end("SIGINT");
      await server.start();
      await load.until(2 * STRIDE);
      await server.end("SIGKILL");
      await server.start();
      for (let cut = 3; cut < 6; cut += 1) {
        await load.until(cut * STRIDE);
        await db.query(
          "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'sms-certificat' and pid <> pg_backend_pid()",
        );
      }
      await load.until(6 * STRIDE);
      await load.stop();
      // The blows fell while calls were under way, or they would prove nothing.
      expect(load.failed()).toBeGreaterThan(0);
      await story.certified(db, load.acknowledged);
      await story.expectAllKept(db, load.acknowledged);
    },
    LONG ? 3_600_000 : 480_000,
  );
});

const mayMount = process.getuid?.() === 0 && canMount();

(mayMount ? peer(POSTGRES_15) : describe.skip)("the disk of the certificates is full", () => {
  let place: string;
  let server: ServedPostgres;
  let story: ServedStory;
  let db: pg.Pool;

  beforeAll(async () => {
    place = mkdtempSync(join(tmpdir(), "sms-certificat-full-"));
    chmodSync(place, 0o711);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=24m,mode=0777", "tmpfs", place]);
    const files = join(place, "files");
    mkdirSync(files);
    execFileSync("chown", ["postgres", files]);
    server = await servePostgres();
    db = createTestPool(server.adminUrl);
    story = await startServedStory(server.url, "disk");
    await db.query(`create tablespace small location '${files}'`);
    const { rows } = await db.query<{ name: string }>(
      "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'certificates'::regclass",
    );
    for (const { name } of rows) await db.query(`alter table ${name} set tablespace small`);
  }, 120_000);
  afterAll(async () => {
    await db.end();
    await story.stop();
    await server.remove();
    execFileSync("umount", ["--lazy", place]);
    rmSync(place, { recursive: true, force: true });
  });

  test("messages go on, their certificates wait, and are issued when there is room", async () => {
    const first = await story.load();
    await first.until(5);
    await first.stop();
    await story.certified(db, first.acknowledged);
    const ballast = join(place, "ballast");
    const { bavail, bsize } = statfsSync(place);
    writeFileSync(ballast, Buffer.alloc(bavail * bsize - 8_192));

    const second = await story.load();
    await second.until(20);
    await second.stop();
    const delivered = async (): Promise<number> => {
      const { rows } = await db.query<{ count: number }>(
        `select count(*)::int from outcomes join submissions using (message_id)
         where client_reference = any($1)`,
        [second.acknowledged],
      );
      return rows[0]?.count ?? 0;
    };
    while ((await delivered()) < second.acknowledged.length) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const { rows } = await db.query<{ waiting: number; dead: number }>(
      `select count(*)::int as waiting, count(*) filter (where dead)::int as dead from work
       where step = 'certify'`,
    );
    expect(rows[0]?.waiting).toBeGreaterThan(0);
    expect(rows[0]?.dead).toBe(0);
    expect(story.service.output()).toMatch(/put off.*No space left on device/);

    rmSync(ballast);
    await story.certified(db, second.acknowledged);
    await story.expectAllKept(db, [...new Set([...first.acknowledged, ...second.acknowledged])]);
  }, 240_000);
});

function canMount(): boolean {
  const place = mkdtempSync(join(tmpdir(), "sms-certificat-mount-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "tmpfs", place], { stdio: "ignore" });
    execFileSync("umount", [place]);
    return true;
  } catch {
    process.stderr.write("\n*** no right to mount: the test of the full disk is SKIPPED ***\n\n");
    return false;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
