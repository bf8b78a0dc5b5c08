import { S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { ObjectStoreUnavailable } from "../domain/certificate.ts";

/** A bucket and how it is reached. */
export interface Bucket {
  /** Undefined: the service of the region at Amazon. */
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly pathStyle: boolean;
}

/** Milliseconds; a step that holds a lease of 30 seconds waits for it. */
const TO_CONNECT = 3_000;
const TO_ANSWER = 8_000;

export function createClient(bucket: Bucket): S3Client {
  return new S3Client({
    ...(bucket.endpoint === undefined ? {} : { endpoint: bucket.endpoint }),
    region: bucket.region,
    forcePathStyle: bucket.pathStyle,
    credentials: {
      accessKeyId: bucket.accessKeyId,
      secretAccessKey: bucket.secretAccessKey,
    },
    // Every file is hashed again by who reads it, and a difference is told as what it is.
    responseChecksumValidation: "WHEN_REQUIRED",
    maxAttempts: 2,
    requestHandler: {
      connectionTimeout: TO_CONNECT,
      requestTimeout: TO_ANSWER,
      throwOnRequestTimeout: true,
    },
  });
}

/** The code of an answer that the store gave on purpose; undefined for anything else that went wrong. */
export function refusal(error: unknown): { code: string; status: number } | undefined {
  if (!(error instanceof S3ServiceException)) return undefined;
  const status = error.$metadata.httpStatusCode ?? 0;
  return status >= 400 && status < 500 ? { code: error.name, status } : undefined;
}

/** Neither keys nor addresses: what may stand in a log line. */
export function unavailable(doing: string, error: unknown): ObjectStoreUnavailable {
  const name = error instanceof Error ? error.name : "unknown";
  return new ObjectStoreUnavailable(`the object store did not ${doing} (${name})`, {
    cause: error,
  });
}
