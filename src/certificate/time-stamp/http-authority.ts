import { CertificateDelayed } from "../../domain/certificate.ts";
import { SECOND, type RandomSource } from "../../domain/clock.ts";
import { exchange } from "../exchange.ts";
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
          const response = await exchange(url, {
            body: request.der,
            contentType: "application/timestamp-query",
            timeout,
            largest: LARGEST_RESPONSE,
          });
          return tokenOfResponse(response, request);
        } catch (error) {
          const why = error instanceof Error ? error.message : String(error);
          faults.push(`${new URL(url).host}: ${why}`);
        }
      }
      throw new CertificateDelayed(`no time-stamp: ${faults.join("; ")}`);
    },
  };
}
