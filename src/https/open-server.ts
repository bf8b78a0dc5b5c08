import type { Socket } from "node:net";
import fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import { SECOND, type Timers } from "../domain/clock.ts";
import type { ProxySettings } from "./client-certificate.ts";
import { followFiles, httpsOptions, type HttpsFiles } from "./server-certificate.ts";

interface ServerSettings {
  /** Undefined: plain HTTP. */
  readonly tls: HttpsFiles | undefined;
  readonly proxies: Pick<ProxySettings, "trusted">;
  readonly connections?: ConnectionLimits;
}

/** How long a slow caller is waited for, in milliseconds, and how many may be connected. */
export interface ConnectionLimits {
  /** From the connection, or the first byte of a request, to the end of its headers. */
  readonly headers: number;
  /** To the end of its body. */
  readonly request: number;
  /** For the next request on a connection. */
  readonly keepAlive: number;
  readonly most: number;
}

export const DEFAULT_CONNECTIONS: ConnectionLimits = {
  headers: 10 * SECOND,
  request: 30 * SECOND,
  keepAlive: 65 * SECOND,
  most: 2_000,
};

interface Parts {
  readonly timers: Timers;
  readonly log: {
    info(message: string, fields: object): void;
    warn(message: string, fields: object): void;
  };
  /** Answers what finds no way to a handler; Fastify's own words say back what was sent. */
  readonly refuse: (error: unknown, reply: FastifyReply) => FastifyReply;
}

/**
 * The HTTP server of every door and page, with TLS when there are files for it. A request's `ip` is
 * what trusted proxies say in X-Forwarded-For, else the address of the connection.
 *
 * @throws KeyPairFault
 */
export function openServer(settings: ServerSettings, parts: Parts): FastifyInstance {
  const { tls, proxies, connections = DEFAULT_CONNECTIONS } = settings;
  const { timers, log, refuse } = parts;
  const options = {
    logger: false,
    forceCloseConnections: "idle",
    requestTimeout: connections.request,
    keepAliveTimeout: connections.keepAlive,
    clientErrorHandler: cutOff,
    frameworkErrors: (error: unknown, _request: unknown, reply: FastifyReply) => {
      void refuse(error, reply);
    },
    // Whoever has a connection still gets an answer.
    return503OnClosing: false,
    trustProxy: proxies.trusted.length === 0 ? false : [...proxies.trusted],
  } as const;
  const slow = {
    headersTimeout: connections.headers,
    // How often Node looks for callers that are too slow.
    connectionsCheckingInterval: Math.min(connections.headers / 2, 5 * SECOND),
  };
  if (!tls) {
    const server = fastify({ ...options, http: slow });
    server.server.maxConnections = connections.most;
    return server;
  }
  const server = fastify({ ...options, https: { ...httpsOptions(tls), ...slow } });
  server.server.maxConnections = connections.most;
  const unfollow = followFiles(server.server, tls, {
    timers,
    onChange: () => log.info("the TLS certificate was read again", {}),
    onFault: (error) => log.warn("the TLS files changed and cannot be used", { error }),
  });
  server.addHook("onClose", () => {
    unfollow();
    return Promise.resolve();
  });
  // For the doors it makes no difference which of Node's servers carries them.
  return server;
}

/** What is no HTTP, or comes too slowly, is answered in few words and nobody else's. */
function cutOff(error: NodeJS.ErrnoException, socket: Socket): void {
  const status =
    error.code === "ERR_HTTP_REQUEST_TIMEOUT"
      ? "408 Request Timeout"
      : error.code === "HPE_HEADER_OVERFLOW"
        ? "431 Request Header Fields Too Large"
        : "400 Bad Request";
  const head = ["Connection: close", "Content-Type: text/plain", "Content-Length: 4"].join("\r\n");
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  socket.end(`HTTP/1.1 ${status}\r\n${head}\r\n\r\n${status.slice(0, 3)}\n`);
}
