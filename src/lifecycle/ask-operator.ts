import { addDuration } from "../domain/clock.ts";
import { readOverdueSegments } from "../store/relay.ts";
import type { LifecycleContext } from "./context.ts";
import { LISTEN_AFTER_DEADLINE } from "./conclude-relay.ts";

const BATCH = 100;

/**
 * The last question before a negative certificate: between the deadline and the end of the grace, the
 * SMSC is asked once about each segment that it took and never reported on. What it says comes in like
 * any receipt and decides nothing more; silence decides nothing at all.
 *
 * @returns a step that answers how many segments it asked about
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
    });
    const keyOf = (each: (typeof overdue)[number]): string => `${each.messageId}/${each.segment}`;
    const open = new Set(overdue.map(keyOf));
    asked = new Set([...asked].filter((key) => open.has(key)));
    const news = overdue.filter((each) => !asked.has(keyOf(each))).slice(0, BATCH);
    for (const each of news) {
      asked.add(keyOf(each));
      await gateway.query(each);
    }
    return news.length;
  };
}
