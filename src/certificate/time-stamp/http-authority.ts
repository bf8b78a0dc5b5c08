import { CertificateDelayed } from "../../domain/certificate.ts";
import { SECOND, type RandomSource } from "../../domain/clock.ts";
import type { TimeStampAuthority } from "./authority.ts";
import { timeStampRequest, tokenOfResponse } from "./request.ts";

const TIMEOUT = 10 * SECOND;
/** A token with its chain takes a few kilobytes; what is larger is no token. */
const LARGEST_RESPONSE = 64 * 1024;

/**
 * Authorities over HTTP (RFC 3161, 3.4), asked in order: the next one only when the one before has no
 * good answer.
 */
export function createHttpTimeStampAuthority({
  urls,
  random,
  timeout = TIMEOUT,
}: {
  readonly urls: readonly string[];
  readonly random: RandomSource;
  /** Milliseconds for each authority. */
  readonly timeout?: number;
}): TimeStampAuthority {
  return {
    async stamp(sha256) {
      const faults: string[] = [];
      for (const url of urls) {
        try {
          const request = timeStampRequest(sha256, random);
          return tokenOfResponse(await post(url, request.der, timeout), request);
        } catch (error) {
          const why = error instanceof Error ? error.message : String(error);
          faults.push(`${new URL(url).host}: ${why}`);
        }
      }
      throw new CertificateDelayed(`no time-stamp: ${faults.join("; ")}`);
    },
  };
}

async function post(url: string, body: Buffer, timeout: number): Promise<Buffer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/timestamp-query" },
    body: new Uint8Array(body),
    signal: AbortSignal.timeout(timeout),
    redirect: "error",
  });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const bytes = Buffer.from(await response.arrayBuffer());
  if (bytes.length > LARGEST_RESPONSE) throw new Error("the answer is too large");
  return bytes;
}
