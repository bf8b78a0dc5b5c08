import type { Clock } from "../domain/clock.ts";
import { readBatchBacklog } from "./batch-work.ts";
import type { Connection } from "./connection/database.ts";
import { readUntold, type UntoldEvents } from "./parties/callbacks.ts";
import { readUnmatched, type Unmatched } from "./receipts.ts";
import { clockSkew, readMonthsAhead } from "./retention.ts";
import { countConflicts, readBacklog, type Backlog } from "./work.ts";

/** How the service stands, the same whichever replica asks. */
export interface Condition {
  readonly at: Date;
  readonly work: readonly Backlog[];
  readonly conflicts: number;
  readonly unmatched: Unmatched;
  /** What back offices are still to be told. */
  readonly callbacks: UntoldEvents;
  /** Months after the present one for which every fact table has a partition. */
  readonly monthsAhead: number;
  /** Positive when the database's clock is ahead of ours. */
  readonly skewMilliseconds: number;
}

/** Reads the small tables of what is left to do; its price does not grow with the history. */
export async function readCondition(db: Connection, clock: Clock): Promise<Condition> {
  const at = clock.now();
  return {
    at,
    work: [...(await readBacklog(db, at)), await readBatchBacklog(db, at)],
    conflicts: await countConflicts(db),
    unmatched: await readUnmatched(db),
    callbacks: await readUntold(db),
    monthsAhead: await readMonthsAhead(db, at),
    skewMilliseconds: await clockSkew(db, clock.now()),
  };
}
