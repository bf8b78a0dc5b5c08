import type { FastifyInstance } from "fastify";
import type { Duration, Timers } from "./domain/clock.ts";

/**
 * From the moment when the process is asked to end each answer closes its connection, so that a client
 * who keeps connections open goes elsewhere without losing a call.
 */
export function closeConnectionsOnce(server: FastifyInstance, stopping: () => boolean): void {
  server.addHook("onSend", (_request, reply, payload, done) => {
    if (stopping()) reply.header("connection", "close");
    done(null, payload);
  });
}

/**
 * Goes on taking calls for a while, in which load balancers see that the process is not ready; then
 * takes no more, answers those that it has, and resolves.
 */
export async function closeDoor(
  server: FastifyInstance,
  delay: Duration,
  timers: Timers,
): Promise<void> {
  if (delay.milliseconds > 0) {
    await new Promise<void>((resolve) => timers.after(delay.milliseconds, resolve));
  }
  await server.close();
}
