import { createServer, type ServerResponse } from "node:http";
import type { Metrics } from "./telemetry/metrics.ts";

export interface MetricsServer {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * `/metrics` on an address of its own, so that whoever may call the service need not see how it stands.
 */
export async function startMetricsServer(
  { host, port }: { readonly host: string; readonly port: number },
  metrics: Metrics,
  onError: (error: unknown) => void,
): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    if (request.url?.split("?", 1)[0] !== "/metrics") refuse(response, 404);
    else if (request.method !== "GET") refuse(response.setHeader("allow", "GET"), 405);
    else {
      metrics.expose().then(
        ({ contentType, text }) => response.setHeader("content-type", contentType).end(text),
        (error: unknown) => {
          onError(error);
          refuse(response, 500);
        },
      );
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { "content-type": "text/plain" }).end(`${status}\n`);
}
