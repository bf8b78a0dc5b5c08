import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import type { ObjectPlace, ObjectStore, ObjectToKeep } from "../lifecycle/ports.ts";
import { createClient, refusal, unavailable, type Bucket } from "./s3-client.ts";

const GONE = new Set(["NoSuchKey", "NoSuchVersion", "NotFound"]);

/**
 * Keeps files in a bucket with Object Lock, in COMPLIANCE mode: no credential, not even the account's
 * owner, removes or shortens a version before its retention ends. Nothing here ever asks to bypass it.
 */
export function createS3Store(bucket: Bucket): ObjectStore {
  const client = createClient(bucket);
  return {
    keep: (file) => put(client, bucket.bucket, file),

    async read({ key, version }) {
      const { bucket: Bucket } = bucket;
      try {
        const answer = await client.send(
          new GetObjectCommand({ Bucket, Key: key, VersionId: version }),
        );
        return Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
      } catch (error) {
        const refused = refusal(error);
        if (refused && (GONE.has(refused.code) || refused.status === 404)) return undefined;
        throw unavailable("bring a file", error);
      }
    },

    async remove(key) {
      const { bucket: Bucket } = bucket;
      let left = 0;
      for (const VersionId of await versionsOf(client, Bucket, key)) {
        try {
          await client.send(new DeleteObjectCommand({ Bucket, Key: key, VersionId }));
        } catch (error) {
          // A version of a later try is locked a little longer than the one that the row named.
          if (!refusal(error)) throw unavailable("remove a file", error);
          left += 1;
        }
      }
      return left === 0;
    },
  };
}

/** Puts a locked version; also what the proof of the lock tries. */
export async function put(
  client: S3Client,
  bucket: string,
  { key, bytes, sha256, retainUntil }: ObjectToKeep,
): Promise<ObjectPlace> {
  let version: string | undefined;
  try {
    const answer = await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: bytes,
        ContentType: "application/pdf",
        ChecksumSHA256: Buffer.from(sha256, "hex").toString("base64"),
        Metadata: { sha256 },
        ObjectLockMode: "COMPLIANCE",
        // Servers count in seconds: up, never down.
        ObjectLockRetainUntilDate: new Date(Math.ceil(retainUntil.getTime() / 1000) * 1000),
      }),
    );
    version = answer.VersionId;
  } catch (error) {
    throw unavailable("keep a file", error);
  }
  if (version === undefined || version === "null") {
    throw unavailable("say the version of a file", new Error("no version"));
  }
  return { key, version };
}

/** Ids of all versions of a key, delete markers included. */
async function versionsOf(client: S3Client, bucket: string, key: string): Promise<string[]> {
  const found: string[] = [];
  let from: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } | undefined =
    {};
  while (from) {
    const page: Awaited<ReturnType<typeof list>> = await list(client, bucket, key, from);
    for (const each of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]) {
      if (each.Key === key && each.VersionId !== undefined) found.push(each.VersionId);
    }
    from = page.IsTruncated
      ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
      : undefined;
  }
  return found;
}

async function list(
  client: S3Client,
  bucket: string,
  key: string,
  from: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined },
) {
  try {
    return await client.send(
      new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key, ...from }),
    );
  } catch (error) {
    throw unavailable("list versions", error);
  }
}
