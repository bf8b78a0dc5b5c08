import { addDuration, SECOND } from "../domain/clock.ts";
import { readOverdueSegments, type OverdueSegment } from "../store/overdue.ts";
import type { LifecycleContext } from "./context.ts";
import { LISTEN_AFTER_DEADLINE } from "./conclude-relay.ts";
import { inTime } from "./in-time.ts";

const BATCH = 100;
/** Questions that wait for their answers at the same time. */
const AT_ONCE = 10;
/** How long one of them is waited for; an answer that comes later is recorded all the same. */
const PATIENCE = 10 * SECOND;

/**
 * The last question before a negative certificate: between the deadline and the end of the grace, the
 * SMSC is asked once about each segment that it took and never reported on. What it says comes in like
 * any receipt and decides nothing more; silence decides nothing at all. An SMSC that answers no question
 * is left alone until the next time.
 *
 * @returns a step that answers how many segments it asked about; 0 when the SMSC was silent
 */
export function createOperatorQuestions(context: LifecycleContext): () => Promise<number> {
  const { gateway, db, clock, settings } = context;
  /** Asking again after a restart harms nobody, so this need not outlive the process. */
  let asked = new Set<string>();

  return async () => {
    if (!gateway.query || !gateway.isReady()) return 0;
    const now = clock.now();
    const until = new Date(now.getTime() + LISTEN_AFTER_DEADLINE);
    const grace = addDuration(now, settings.receiptGrace).getTime() - now.getTime();
    const overdue = await readOverdueSegments(db, {
      operator: gateway.operator,
      listenAfter: new Date(until.getTime() - grace),
      listenUntil: until,
      // Enough to find a batch among those that were asked about.
      limit: asked.size + BATCH,
    });
    const open = new Set(overdue.map(keyOf));
    asked = new Set([...asked].filter((key) => open.has(key)));
    const news = overdue.filter((each) => !asked.has(keyOf(each))).slice(0, BATCH);
    const left = news.values();
    const failures: unknown[] = [];
    let count = 0;
    const silence = { met: false };
    const asker = async (): Promise<void> => {
      for (const each of left) {
        asked.add(keyOf(each));
        count += 1;
        try {
          // Whoever has met silence asks no more: ten of those and the pass is over.
          if (!(await isAnswered(context, each))) {
            silence.met = true;
            return;
          }
        } catch (error) {
          // What could not be stored is asked for again.
          asked.delete(keyOf(each));
          failures.push(error);
        }
        if (failures.length > 0) return;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, asker));
    if (failures.length > 0) throw failures[0];
    // The next pass begins at once while there is something to do.
    return silence.met ? 0 : count;
  };
}

const keyOf = ({ messageId, segment }: OverdueSegment): string => `${messageId}/${segment}`;

/** False when the answer is not waited for any longer. */
function isAnswered(
  { gateway, timers }: LifecycleContext,
  segment: OverdueSegment,
): Promise<boolean> {
  const answered = gateway.query?.(segment) ?? Promise.resolve();
  return inTime(
    timers,
    PATIENCE,
    answered.then(() => true),
    false,
  );
}
