import { createHash } from "node:crypto";
import {
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectRetentionCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import type { ObjectPlace } from "../lifecycle/ports.ts";
import { createClient, refusal, unavailable, type Bucket } from "./s3-client.ts";
import { put } from "./s3-store.ts";

/** Why a bucket is no place for certificates. */
export type LockFault =
  "noVersions" | "noLock" | "notCompliance" | "shortenedInTheProof" | "deletedInTheProof";

/** Long enough for clocks that differ a little; probes of earlier starts are removed by the next. */
const PROBE_IS_LOCKED = 120_000;
const PROBES = "lock-proof/";

/**
 * Proves that a bucket locks: asks for its configuration, then locks a small file for two minutes and
 * tries to shorten its retention and to delete it. There are servers that take the headers of a lock
 * and then delete the file. Answers what is wrong; undefined when the lock holds.
 *
 * @param probe tells this proof from those of other replicas
 * @throws ObjectStoreUnavailable when the store does not answer, or refuses the credentials
 */
export async function findLockFault(
  bucket: Bucket,
  { now, probe }: { readonly now: Date; readonly probe: string },
): Promise<LockFault | undefined> {
  const client = createClient(bucket);
  const place = { client, bucket: bucket.bucket };
  try {
    return (await configurationFault(place)) ?? (await provenFault(place, now, probe));
  } finally {
    await sweepProbes(place);
    client.destroy();
  }
}

interface Place {
  readonly client: S3Client;
  readonly bucket: string;
}

async function configurationFault({ client, bucket }: Place): Promise<LockFault | undefined> {
  try {
    const versioning = await client.send(new GetBucketVersioningCommand({ Bucket: bucket }));
    if (versioning.Status !== "Enabled") return "noVersions";
  } catch (error) {
    throw unavailable("tell whether the bucket keeps versions", error);
  }
  try {
    const lock = await client.send(new GetObjectLockConfigurationCommand({ Bucket: bucket }));
    return lock.ObjectLockConfiguration?.ObjectLockEnabled === "Enabled" ? undefined : "noLock";
  } catch (error) {
    // A bucket without a lock has no configuration to tell.
    if (refusal(error)?.code === "ObjectLockConfigurationNotFoundError") return "noLock";
    throw unavailable("tell whether the bucket locks", error);
  }
}

async function provenFault(place: Place, now: Date, probe: string): Promise<LockFault | undefined> {
  const { client, bucket } = place;
  const bytes = Buffer.from("Object Lock, COMPLIANCE");
  const retainUntil = new Date(now.getTime() + PROBE_IS_LOCKED);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const file = { key: `${PROBES}${probe}`, bytes, sha256, retainUntil };
  const kept = await put(client, bucket, file);
  const target = { Bucket: bucket, Key: kept.key, VersionId: kept.version };
  const before = await client
    .send(new GetObjectRetentionCommand(target))
    .catch((error: unknown) => Promise.reject(unavailable("tell a retention", error)));
  const until = before.Retention?.RetainUntilDate?.getTime() ?? 0;
  if (before.Retention?.Mode !== "COMPLIANCE" || until < retainUntil.getTime()) {
    return "notCompliance";
  }
  const sooner = new Date(now.getTime() + PROBE_IS_LOCKED / 2);
  const shorten = new PutObjectRetentionCommand({
    ...target,
    Retention: { Mode: "COMPLIANCE", RetainUntilDate: sooner },
  });
  if (!(await isRefused(() => client.send(shorten), "answer about a retention"))) {
    return "shortenedInTheProof";
  }
  const remove = new DeleteObjectCommand(target);
  if (!(await isRefused(() => client.send(remove), "answer about a removal"))) {
    return "deletedInTheProof";
  }
  return (await isThere(place, kept)) ? undefined : "deletedInTheProof";
}

async function isRefused(ask: () => Promise<unknown>, doing: string): Promise<boolean> {
  try {
    await ask();
    return false;
  } catch (error) {
    if (refusal(error)) return true;
    throw unavailable(doing, error);
  }
}

async function isThere({ client, bucket }: Place, { key, version }: ObjectPlace): Promise<boolean> {
  try {
    await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key, VersionId: version }));
    return true;
  } catch (error) {
    if (refusal(error)) return false;
    throw unavailable("bring the file of the proof", error);
  }
}

/** Best effort: what is still locked stays for a later start. */
async function sweepProbes({ client, bucket }: Place): Promise<void> {
  try {
    const { Versions = [], DeleteMarkers = [] } = await client.send(
      new ListObjectVersionsCommand({ Bucket: bucket, Prefix: PROBES }),
    );
    for (const { Key, VersionId } of [...Versions, ...DeleteMarkers]) {
      const old = new DeleteObjectCommand({ Bucket: bucket, Key, VersionId });
      await client.send(old).catch(() => undefined);
    }
  } catch {
    // The proof has its answer; some bytes are left behind.
  }
}
