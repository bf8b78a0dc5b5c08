import { forgetAwaited } from "../store/relay.ts";
import { ensureMonths, purgeExpired } from "../store/retention.ts";
import { forgetNonces } from "../store/users.ts";
import type { LifecycleContext } from "./context.ts";

/** What one pass did. */
export interface Retained {
  readonly partitionsMade: number;
  readonly certificatesPurged: number;
}

const BATCH = 500;

/**
 * Step 7. Makes the partitions of the months to come, purges the certificates whose five years are
 * over, and forgets what nobody waits for any more.
 */
export async function retainCertificates(context: LifecycleContext): Promise<Retained> {
  const now = context.clock.now();
  const partitionsMade = await ensureMonths(context.db, now);
  let certificatesPurged = 0;
  for (let gone = BATCH; gone === BATCH; certificatesPurged += gone) {
    gone = await purgeExpired(context.db, now, BATCH);
  }
  await forgetAwaited(context.db, now);
  await forgetNonces(context.db, now);
  return { partitionsMade, certificatesPurged };
}
