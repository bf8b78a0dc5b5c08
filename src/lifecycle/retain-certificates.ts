import { DAY } from "../domain/clock.ts";
import { forgetBatches } from "../store/batches.ts";
import { forgetReleasedObject, readReleasedObjects } from "../store/certificates.ts";
import { forgetAwaited } from "../store/relay.ts";
import {
  dropEmptyMonths,
  ensureMonths,
  forgetStrays,
  purgeCancelled,
  purgeExpired,
  readMonthsAhead,
} from "../store/retention.ts";
import { forgetNonces } from "../store/parties/users.ts";
import type { LifecycleContext } from "./context.ts";

/** What one pass did. */
interface Retained {
  readonly partitionsMade: number;
  readonly partitionsDropped: number;
  /** Months after this one that have their partitions. */
  readonly monthsAhead: number;
  readonly certificatesPurged: number;
}

const BATCH = 500;
/** Longer than any segment is listened to. */
const STRAYS_ARE_KEPT = 40 * DAY;
/** Long after anybody asks for their answers; what they sent is known by its reference for years. */
const BATCHES_ARE_KEPT = 40 * DAY;
/** With fewer months ahead a person must look: without a partition nothing is accepted. */
const FEWEST_MONTHS_AHEAD = 2;

/**
 * Step 7. Makes the partitions of the months to come, forgets what nobody waits for any more, purges
 * the certificates whose five years are over and then drops the months that are empty.
 */
export async function retainCertificates(context: LifecycleContext): Promise<Retained> {
  const { db, clock, stopping } = context;
  const now = clock.now();
  const partitionsMade = await makeMonths(context, now);
  const monthsAhead = await readMonthsAhead(db, now);
  if (monthsAhead < FEWEST_MONTHS_AHEAD) context.tell({ name: "monthsShort", monthsAhead });
  await forgetNonces(db, now);
  await forgetAwaited(db, now);
  await forgetStrays(db, now, new Date(now.getTime() - STRAYS_ARE_KEPT));
  const batchesEnd = new Date(now.getTime() - BATCHES_ARE_KEPT);
  await untilNoneIsLeft(stopping, () => forgetBatches(db, now, batchesEnd));
  const certificatesPurged = await untilNoneIsLeft(stopping, () => purgeExpired(db, now, BATCH));
  await untilNoneIsLeft(stopping, () => purgeCancelled(db, now, BATCH));
  const partitionsDropped = await dropEmptyMonths(db, now);
  if (certificatesPurged > 0) context.tell({ name: "purged", certificates: certificatesPurged });
  await removeReleased(context);
  return { partitionsMade, partitionsDropped, monthsAhead, certificatesPurged };
}

/** There is a year's time to make them, so a failure keeps nothing else from being done. */
async function makeMonths({ db, tell }: LifecycleContext, now: Date): Promise<number> {
  try {
    return await ensureMonths(db, now);
  } catch (error) {
    tell({ name: "monthsNotMade", cause: String(error) });
    return 0;
  }
}

async function untilNoneIsLeft(
  stopping: AbortSignal,
  purge: () => Promise<number>,
): Promise<number> {
  let total = 0;
  for (let gone = BATCH; gone === BATCH && !stopping.aborted; total += gone) gone = await purge();
  return total;
}

/**
 * Removes the files of purged certificates from the object store. The lock lets each go when its own
 * retention is over, whatever our clock says; one that is still locked is asked for again next night.
 */
async function removeReleased({ db, objects, stopping }: LifecycleContext): Promise<void> {
  if (!objects) return;
  let last = "";
  for (;;) {
    const keys = await readReleasedObjects(db, last, BATCH);
    for (const key of keys) {
      if (stopping.aborted) return;
      if (await objects.store.remove(key)) await forgetReleasedObject(db, key);
      last = key;
    }
    if (keys.length < BATCH) return;
  }
}
