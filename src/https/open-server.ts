import fastify, { type FastifyInstance } from "fastify";
import { SECOND, type Timers } from "../domain/clock.ts";
import type { ProxySettings } from "./client-certificate.ts";
import { followFiles, httpsOptions, type HttpsFiles } from "./server-certificate.ts";

interface ServerSettings {
  /** Undefined: plain HTTP. */
  readonly tls: HttpsFiles | undefined;
  readonly proxies: Pick<ProxySettings, "trusted">;
}

interface Parts {
  readonly timers: Timers;
  readonly log: {
    info(message: string, fields: object): void;
    warn(message: string, fields: object): void;
  };
}

/**
 * The HTTP server of every door and page, with TLS when there are files for it. A request's `ip` is
 * what trusted proxies say in X-Forwarded-For, else the address of the connection.
 *
 * @throws KeyPairFault
 */
export function openServer({ tls, proxies }: ServerSettings, parts: Parts): FastifyInstance {
  const { timers, log } = parts;
  const options = {
    logger: false,
    forceCloseConnections: "idle",
    // A caller who does not end the request in half a minute is cut off.
    requestTimeout: 30 * SECOND,
    trustProxy: proxies.trusted.length === 0 ? false : [...proxies.trusted],
  } as const;
  if (!tls) return fastify(options);
  const server = fastify({ ...options, https: httpsOptions(tls) });
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
