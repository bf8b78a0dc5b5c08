import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { ForbiddenAddress, guardedLookup, type AddressTest } from "./allowed-address.ts";

export interface Posted {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

/** Milliseconds for the whole exchange. */
const PATIENCE = 10_000;
const MOST_BYTES = 64 * 1024;

/**
 * Posts to an endpoint of somebody else: no redirect is followed, no proxy asked, no more than 64 KiB
 * read, no more than ten seconds waited.
 */
export function post(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  isAllowed: AddressTest,
): Promise<Posted> {
  const secure = url.protocol === "https:";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return new Promise((resolve, reject) => {
    // A host that is an address is never looked up.
    if (isIP(host) !== 0 && !isAllowed(host)) {
      reject(new ForbiddenAddress());
      return;
    }
    const request = (secure ? httpsRequest : httpRequest)(
      url,
      {
        method: "POST",
        agent: false,
        lookup: guardedLookup(isAllowed),
        headers: { ...headers, "content-length": Buffer.byteLength(body), connection: "close" },
        signal: AbortSignal.timeout(PATIENCE),
        ...(secure && { minVersion: "TLSv1.2" as const }),
      },
      (response) => {
        const parts: Buffer[] = [];
        let size = 0;
        response.on("data", (part: Buffer) => {
          size += part.length;
          if (size > MOST_BYTES) request.destroy(new Error("the endpoint answers without an end"));
          else parts.push(part);
        });
        response.on("error", reject);
        response.on("end", () => {
          const contentType = response.headers["content-type"] ?? "";
          resolve({ status: response.statusCode ?? 0, contentType, body: Buffer.concat(parts) });
        });
      },
    );
    request.on("error", reject);
    // Without a listener Node closes the connection and tells nobody.
    request.on("upgrade", (_response, socket) => {
      socket.destroy();
      reject(new Error("the endpoint switches protocols"));
    });
    request.end(body);
  });
}
