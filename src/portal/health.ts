import type { FastifyInstance } from "fastify";

/**
 * For load balancers: whether the process lives, and whether it is to be given calls. Anybody may ask,
 * so they tell nothing else; how the service stands is told by the metrics and by `sms-certificat work`.
 */
export function registerHealth(server: FastifyInstance, isReady: () => Promise<boolean>): void {
  server.get("/health/live", () => ({ live: true }));

  server.get("/health/ready", async (_request, reply) => {
    const ready = await isReady();
    return reply
      .code(ready ? 200 : 503)
      .header("cache-control", "no-store")
      .send({ ready });
  });
}
