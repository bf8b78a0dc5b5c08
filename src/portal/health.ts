import type { FastifyInstance } from "fastify";
import type { LifecycleContext } from "../lifecycle/context.ts";
import { readUnmatched } from "../store/receipts.ts";
import { readBacklog } from "../store/work.ts";

/** For load balancers and monitoring: whether the process lives, and whether it can do its work. */
export function registerHealth(server: FastifyInstance, context: LifecycleContext): void {
  server.get("/health/live", () => ({ live: true }));

  server.get("/health/ready", async (_request, reply) => {
    const linked = context.gateway.isReady();
    const backlog = await readBacklog(context.db, context.clock.now()).catch(() => undefined);
    const unmatched = backlog && (await readUnmatched(context.db).catch(() => undefined));
    return reply.code(backlog ? 200 : 503).send({
      database: backlog !== undefined,
      operatorLink: linked,
      unmatchedReceipts: unmatched?.count,
      work: backlog?.map(({ oldestDueAt, ...row }) => ({
        ...row,
        oldestDueAt: oldestDueAt?.toISOString() ?? null,
      })),
    });
  });
}
