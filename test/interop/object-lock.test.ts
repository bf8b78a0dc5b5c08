import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectRetentionCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectRetentionCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { sha256 } from "../../src/domain/content.ts";
import { checkFixity } from "../../src/lifecycle/upkeep/check-fixity.ts";
import { retainCertificates } from "../../src/lifecycle/retain-certificates.ts";
import type { LifecycleContext } from "../../src/lifecycle/context.ts";
import { openObjectStore } from "../../src/object-store-parts.ts";
import { createClient, type Bucket } from "../../src/object-store/s3-client.ts";
import { createS3Store } from "../../src/object-store/s3-store.ts";
import { readCertificate } from "../../src/store/certificates.ts";
import { systemClock, systemRandom } from "../../src/system.ts";
import { startFaultyDoor, type FaultyDoor } from "../support/faulty-door.ts";
import { peer } from "../support/peers.ts";
import { startRadosgw, type ObjectServer } from "../support/radosgw.ts";
import { HOURS, startStory, type Story } from "../support/story.ts";

const PARTS = { clock: systemClock, random: systemRandom };

peer(
  "ceph-mon",
  "ceph-osd",
  "radosgw",
)("certificates in Ceph's S3 with Object Lock", () => {
  let server: ObjectServer;
  let door: FaultyDoor;
  let client: S3Client;
  let story: Story;
  let objects: LifecycleContext["objects"];

  /** Through a door that tells lies when the test says so. */
  const named = (name: string): Bucket => ({
    endpoint: door.url,
    region: "us-east-1",
    bucket: name,
    accessKeyId: server.accessKeyId,
    secretAccessKey: server.secretAccessKey,
    pathStyle: true,
  });
  const settings = (name: string) => ({ certificateStore: "s3" as const, bucket: named(name) });
  /** The certificate's row, the object that it names, and what the store promised about that. */
  const kept = async (clientReference: string) => {
    const { messageId } = await story.certificate(clientReference);
    const stored = await readCertificate(story.context.db, messageId);
    if (!stored || "pdf" in stored.file) throw new Error("not in the object store");
    const target = { Bucket: "locked", Key: stored.file.key, VersionId: stored.file.version };
    return { stored, target };
  };

  beforeAll(async () => {
    server = await startRadosgw();
    door = await startFaultyDoor(server.endpoint);
    client = createClient({ ...named("locked"), endpoint: server.endpoint });
    await client.send(
      new CreateBucketCommand({ Bucket: "locked", ObjectLockEnabledForBucket: true }),
    );
    objects = await openObjectStore(settings("locked"), PARTS);
    story = await startStory({ objects });
    for (const name of ["one", "two"]) await story.accept(name, "+34600100000");
    await story.pass();
  }, 120_000);
  afterEach(() => door.tellTruth());
  afterAll(async () => {
    const damages = await story.integrity();
    await story.close();
    await door.stop();
    await server.stop();
    expect(damages).toEqual([]);
  });

  test("the row has no file, and the caller gets the file", async () => {
    const { stored, target } = await kept("one");
    const answer = await story.certificate("one");
    if (answer.state !== "issued") throw new Error("no certificate");
    expect(sha256(answer.pdf)).toBe(stored.sha256);
    expect(stored.file).toMatchObject({ size: answer.pdf.length });
    expect(target.Key).toBe(`2026/03/${stored.messageId}/positive.pdf`);
    const { Retention } = await client.send(new GetObjectRetentionCommand(target));
    expect(Retention?.Mode).toBe("COMPLIANCE");
    const until = Retention?.RetainUntilDate?.getTime() ?? 0;
    expect(until - stored.retainUntil.getTime()).toBeGreaterThanOrEqual(0);
    expect(until - stored.retainUntil.getTime()).toBeLessThan(1000);
  });

  test("nobody deletes, shortens or weakens it, and asking to bypass the lock does not help", async () => {
    const { target } = await kept("one");
    const soon = new Date(systemClock.now().getTime() + 60_000);
    const attempts = [
      () => client.send(new DeleteObjectCommand(target)),
      () => client.send(new DeleteObjectCommand({ ...target, BypassGovernanceRetention: true })),
      ...(["COMPLIANCE", "GOVERNANCE"] as const).map((Mode) => () => {
        const Retention = { Mode, RetainUntilDate: soon };
        const command = { ...target, Retention, BypassGovernanceRetention: true };
        return client.send(new PutObjectRetentionCommand(command));
      }),
    ];
    for (const attempt of attempts) {
      await expect(attempt()).rejects.toMatchObject({ name: "AccessDenied" });
    }
    expect(await objects?.store.remove(target.Key)).toBe(false);
    expect((await story.certificate("one")).state).toBe("issued");
  });

  test("overwriting or hiding it changes nothing for who asks for the certificate", async () => {
    const { stored, target } = await kept("one");
    const { Bucket, Key } = target;
    await client.send(new PutObjectCommand({ Bucket, Key, Body: "another file" }));
    await client.send(new DeleteObjectCommand({ Bucket, Key }));
    const answer = await story.certificate("one");
    expect(answer.state === "issued" && sha256(answer.pdf)).toBe(stored.sha256);
  });

  test("a byte that changed on its way, or a file that is not there, never leaves", async () => {
    door.lie("GET", /\.pdf/, "flip a byte");
    await expect(story.certificate("two")).rejects.toThrow("hash differs");
    door.lie("GET", /\.pdf/, { status: 404, body: "<Error><Code>NoSuchVersion</Code></Error>" });
    await expect(story.certificate("two")).rejects.toThrow("its file is not there");
  });

  test("such a file is seen by verify until the nightly reading finds it whole again", async () => {
    const { messageId } = await kept("two").then(({ stored }) => stored);
    const invariant = "a certificate was found whole when it was last read";
    expect(await story.integrity()).toMatchObject([{ invariant, messageId }]);
    const begin = story.context.clock.now();
    for (const days of [0, 80]) {
      const now = new Date(begin.getTime() + days * 24 * HOURS);
      await checkFixity({ ...story.context, clock: { now: () => now } });
    }
    expect(await story.integrity()).toEqual([]);
  });

  test("while the store does not answer, callers are told to come back and messages wait", async () => {
    door.lie("GET", /\.pdf/, { status: 503 });
    await expect(story.certificate("two")).rejects.toMatchObject({
      code: "Unavailable",
      retryAfterSeconds: 60,
    });
    door.lie("PUT", /\.pdf/, { status: 503 });
    await story.accept("three", "+34600100000");
    await story.pass();
    expect((await story.status("three")).view.stage.name).toBe("delivered");
    expect((await story.certificate("three")).state).toBe("pending");
    door.tellTruth();
    await story.pass(3_600_000);
    await story.pass();
    expect((await story.certificate("three")).state).toBe("issued");
  });

  test("a crash after the object and before the row: the row names what it was written with", async () => {
    const broken = story.database.owner;
    // The commit fails once, as when the process dies between the store and the database.
    await broken.query(`create function fail_once() returns trigger language plpgsql as $$ begin
      raise exception 'the process died here'; end $$`);
    await broken.query(
      "create trigger die before insert on certificates for each row execute function fail_once()",
    );
    await story.accept("four", "+34600100000");
    await story.pass();
    expect((await story.certificate("four")).state).toBe("pending");
    await broken.query("drop trigger die on certificates");
    await story.pass(3_600_000);
    await story.pass();
    const { stored } = await kept("four");
    const answer = await story.certificate("four");
    expect(answer.state === "issued" && sha256(answer.pdf)).toBe(stored.sha256);
  });

  test("a purged file leaves the store when its own retention is over, with every version", async () => {
    const store = createS3Store(named("locked"));
    const key = "2021/03/purged/positive.pdf";
    const keep = async (text: string, milliseconds: number): Promise<void> => {
      const bytes = Buffer.from(text);
      const retainUntil = new Date(systemClock.now().getTime() + milliseconds);
      await store.keep({ key, bytes, sha256: sha256(bytes), retainUntil });
    };
    await keep("of a crash", 1_000);
    await keep("of the row", 3_000);
    const { owner } = story.database;
    await owner.query("insert into released_objects (object_key) values ($1)", [key]);
    const waiting = async (): Promise<number> => {
      await retainCertificates(story.context);
      const { rowCount } = await owner.query("select from released_objects");
      return rowCount ?? 0;
    };
    expect(await waiting()).toBe(1);
    // The lock is the store's clock: only its time can be waited for.
    while ((await waiting()) > 0) await new Promise((resolve) => setTimeout(resolve, 250));
    expect(await store.remove(key)).toBe(true);
  });

  describe("a bucket that does not lock is refused at the start", () => {
    const refused = (name: string): Promise<unknown> =>
      openObjectStore(settings(name), PARTS).then(
        () => "STARTED",
        (error: unknown) => (error as Error).message,
      );

    test("without versions, and without a lock", async () => {
      await client.send(new CreateBucketCommand({ Bucket: "plain" }));
      expect(await refused("plain")).toContain("it keeps no versions");
      const VersioningConfiguration = { Status: "Enabled" as const };
      await client.send(
        new PutBucketVersioningCommand({ Bucket: "plain", VersioningConfiguration }),
      );
      expect(await refused("plain")).toContain("Object Lock is not enabled");
    });

    test("one that says it locks and does not", async () => {
      door.lie("DELETE", /lock-proof/, { status: 204 });
      expect(await refused("locked")).toContain("deleted a file that should have been locked");
      door.lie("HEAD", /lock-proof/, { status: 404 });
      expect(await refused("locked")).toContain("deleted a file that should have been locked");
      door.lie("PUT", /lock-proof.*retention/, { status: 200 });
      expect(await refused("locked")).toContain("shortened a retention");
      const body = `<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>2099-01-01T00:00:00Z</RetainUntilDate></Retention>`;
      door.lie("GET", /lock-proof.*retention/, { status: 200, body });
      expect(await refused("locked")).toContain("did not keep the retention in COMPLIANCE mode");
    });

    test("one that is not there, or does not know us", async () => {
      expect(await refused("nowhere")).toContain("S3_BUCKET");
      const bucket = { ...named("locked"), secretAccessKey: "another" };
      await expect(openObjectStore({ certificateStore: "s3", bucket }, PARTS)).rejects.toThrow(
        "credentials",
      );
    });
  });
});
