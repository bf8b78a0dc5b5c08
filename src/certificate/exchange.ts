import { Agent as PlainAgent, request as plainRequest, type IncomingMessage } from "node:http";
import { Agent as SecureAgent, request as secureRequest } from "node:https";

const SOCKETS = 64;
const plain = new PlainAgent({ keepAlive: true, maxSockets: SOCKETS });
const secure = new SecureAgent({ keepAlive: true, maxSockets: SOCKETS });

export interface Exchange {
  /** Sent with POST; without it the address is read with GET. */
  readonly body?: Buffer;
  readonly contentType?: string;
  /** Milliseconds for the whole exchange. */
  readonly timeout: number;
  /** Bytes; a longer answer is refused. */
  readonly largest: number;
}

/**
 * One question to an authority over HTTP(S), on connections that are kept. Redirects are not followed:
 * the addresses are settings or stand in certificates.
 *
 * @throws Error when there is no answer with status 200 in time
 */
export function exchange(address: string, options: Exchange): Promise<Buffer> {
  const { body, contentType, timeout, largest } = options;
  const url = new URL(address);
  const signal = AbortSignal.timeout(timeout);
  const headers = body && {
    "content-type": contentType ?? "application/octet-stream",
    "content-length": body.length,
  };
  const settings = { method: body ? "POST" : "GET", headers, signal };
  return new Promise((resolve, reject) => {
    const take = (response: IncomingMessage): void => {
      read(response, largest).then(resolve, reject);
    };
    const request =
      url.protocol === "https:"
        ? secureRequest(url, { ...settings, agent: secure }, take)
        : plainRequest(url, { ...settings, agent: plain }, take);
    request.on("error", reject);
    // Without a listener Node closes the connection and tells nobody.
    request.on("upgrade", (_response, socket) => {
      socket.destroy();
      reject(new Error("the answer switches protocols"));
    });
    request.end(body);
  });
}

async function read(response: IncomingMessage, largest: number): Promise<Buffer> {
  if (response.statusCode !== 200) {
    response.resume();
    throw new Error(`HTTP ${response.statusCode ?? 0}`);
  }
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > largest) throw new Error("the answer is too large");
  }
  return Buffer.concat(chunks);
}
