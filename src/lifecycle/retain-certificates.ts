import { DAY } from "../domain/clock.ts";
import { forgetReleasedObject, readReleasedObjects } from "../store/certificates.ts";
import { forgetAwaited } from "../store/relay.ts";
import { ensureMonths, forgetStrays, purgeExpired } from "../store/retention.ts";
import { forgetNonces } from "../store/users.ts";
import type { LifecycleContext } from "./context.ts";

/** What one pass did. */
interface Retained {
  readonly partitionsMade: number;
  readonly certificatesPurged: number;
}

const BATCH = 500;
/** Longer than any segment is listened to. */
const STRAYS_ARE_KEPT = 40 * DAY;

/**
 * Step 7. Makes the partitions of the months to come, forgets what nobody waits for any more, and
 * purges the certificates whose five years are over.
 */
export async function retainCertificates(context: LifecycleContext): Promise<Retained> {
  const { db, clock } = context;
  const now = clock.now();
  const partitionsMade = await ensureMonths(db, now);
  await forgetNonces(db, now);
  await forgetAwaited(db, now);
  await forgetStrays(db, now, new Date(now.getTime() - STRAYS_ARE_KEPT));
  let certificatesPurged = 0;
  for (let gone = BATCH; gone === BATCH; certificatesPurged += gone) {
    gone = await purgeExpired(db, now, BATCH);
  }
  if (certificatesPurged > 0) context.tell({ name: "purged", certificates: certificatesPurged });
  await removeReleased(context);
  return { partitionsMade, certificatesPurged };
}

/**
 * Removes the files of purged certificates from the object store. The lock lets each go when its own
 * retention is over, whatever our clock says; one that is still locked is asked for again next night.
 */
async function removeReleased({ db, objects }: LifecycleContext): Promise<void> {
  if (!objects) return;
  let last = "";
  for (;;) {
    const keys = await readReleasedObjects(db, last, BATCH);
    for (const key of keys) {
      if (await objects.store.remove(key)) await forgetReleasedObject(db, key);
      last = key;
    }
    if (keys.length < BATCH) return;
  }
}
