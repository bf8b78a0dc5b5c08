import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";

/** What is said instead of the truth. */
type Lie = "flip a byte" | { readonly status: number; readonly body?: string };

/** A proxy in front of an HTTP server that passes everything on, save for what it lies about. */
export interface FaultyDoor {
  readonly url: string;
  /** The only lie from now on: about requests of this method whose path and query fit. */
  lie(method: string, pathFits: RegExp, lie: Lie): void;
  tellTruth(): void;
  stop(): Promise<void>;
}

/** Signatures survive it: the Host header stays the caller's. */
export async function startFaultyDoor(target: string): Promise<FaultyDoor> {
  let about: { method: string; pathFits: RegExp; lie: Lie } | undefined;

  function pass(asked: IncomingMessage, answer: ServerResponse, flip: boolean): void {
    const { method, url, headers } = asked;
    const onward = request(new URL(url ?? "/", target), { method, headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.on("data", (chunk: Buffer) => {
        if (flip) chunk[0] = (chunk[0] ?? 0) ^ 1;
        answer.write(chunk);
      });
      reply.on("end", () => answer.end());
    });
    onward.on("error", () => answer.destroy());
    asked.pipe(onward);
  }

  const server = createServer((asked, answer) => {
    const lie =
      about && about.method === asked.method && about.pathFits.test(asked.url ?? "")
        ? about.lie
        : undefined;
    if (lie === undefined || lie === "flip a byte") {
      pass(asked, answer, lie !== undefined);
      return;
    }
    asked.resume().on("end", () => {
      answer.writeHead(lie.status, { "content-type": "application/xml" }).end(lie.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    lie: (method, pathFits, lie) => void (about = { method, pathFits, lie }),
    tellTruth: () => void (about = undefined),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
