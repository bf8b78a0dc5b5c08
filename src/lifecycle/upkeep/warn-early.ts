import { addDuration } from "../../domain/clock.ts";
import { sha256 } from "../../domain/content.ts";
import { uuidOf } from "../../domain/ids.ts";
import { enqueueCallbacks } from "../../store/parties/callbacks.ts";
import { transaction } from "../../store/connection/database.ts";
import { passUndelivered } from "../../store/undelivered.ts";
import { enqueue } from "../../store/work.ts";
import type { LifecycleContext } from "../context.ts";

/**
 * Tells of messages that are not delivered a while after they were sent (24 hours by default), so that
 * somebody may act before the five days are over: by call-back, and by mail where a mailbox was given.
 * Answers how many there were.
 */
export async function warnEarly(context: LifecycleContext): Promise<number> {
  const { db, clock, settings } = context;
  const now = clock.now();
  const { months, milliseconds } = settings.earlyWarning;
  const until = addDuration(now, { months: -months, milliseconds: -milliseconds });
  return transaction(db, async (client) => {
    const undelivered = await passUndelivered(client, until);
    await enqueueCallbacks(
      client,
      undelivered.map(({ messageId }) => ({
        eventId: uuidOf(sha256(`${messageId} notDeliveredYet`)),
        messageId,
        seq: 0,
        event: "notDeliveredYet",
        at: now,
      })),
    );
    const mailed = undelivered.filter(({ mailbox }) => mailbox !== undefined);
    if (mailed.length > 0) {
      await enqueue(
        client,
        "notify",
        mailed.map(({ messageId }) => messageId),
        now,
      );
    }
    return undelivered.length;
  });
}
