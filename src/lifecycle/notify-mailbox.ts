import { MINUTE } from "../domain/clock.ts";
import { claim, finish } from "../store/work.ts";
import type { LifecycleContext } from "./context.ts";

const LEASE = MINUTE;
const BATCH = 50;

/** Somebody who is told that a certificate is ready: mail, a call-back. */
export interface Notifier {
  notify(messageId: string): Promise<void>;
}

/**
 * Step 6. Tells everybody on the list that a certificate is ready, and answers how many certificates
 * it took up.
 */
export async function notifyMailboxes(
  context: LifecycleContext,
  notifiers: readonly Notifier[],
): Promise<number> {
  const now = context.clock.now();
  const due = await claim(context.db, "notify", now, { leaseMilliseconds: LEASE, limit: BATCH });
  for (const work of due) {
    for (const notifier of notifiers) await notifier.notify(work.messageId);
    await finish(context.db, [work]);
    context.tell({ name: "notified", messageId: work.messageId });
  }
  return due.length;
}
