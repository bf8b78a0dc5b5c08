import { Gauge, type Registry } from "prom-client";

/** How the service stands, as every replica sees it in the database. */
export interface Condition {
  readonly at: Date;
  readonly work: readonly {
    readonly step: string;
    readonly waiting: number;
    readonly due: number;
    readonly dead: number;
    readonly mostAttempts: number;
    readonly oldestDueAt: Date | undefined;
  }[];
  readonly conflicts: number;
  readonly unmatched: { readonly count: number; readonly oldestAt: Date | undefined };
  readonly callbacks: {
    readonly waiting: number;
    readonly dead: number;
    readonly oldestAt: Date | undefined;
  };
  /** Months after the present one for which every fact table has a partition. */
  readonly monthsAhead: number;
  readonly skewMilliseconds: number;
}

/** How the link of this replica stands. */
export interface LinkCondition {
  readonly bound: number;
  readonly wanted: number;
  readonly waiting: number;
}

/**
 * Gauges that are set anew at each scrape. The function takes the condition; without one the database
 * did not answer, and what is not known is left out.
 */
export function createConditionGauges(
  registry: Registry,
): (condition: Condition | undefined, link: LinkCondition) => void {
  const registers = [registry];
  const forget: (() => void)[] = [];
  const gauge = (name: string, help: string): Gauge => {
    const made = new Gauge({ name: `sms_certificat_${name}`, help, registers });
    // A reset would leave a zero that nobody measured.
    forget.push(() => made.remove());
    return made;
  };
  const gaugeByStep = (name: string, help: string): Gauge<"step"> => {
    const labelNames = ["step"] as const;
    const made = new Gauge({ name: `sms_certificat_${name}`, help, labelNames, registers });
    forget.push(() => made.reset());
    return made;
  };
  const waiting = gaugeByStep("work_waiting", "Steps that are due now or later, by step.");
  const due = gaugeByStep("work_due", "Steps that are due now, by step.");
  const oldest = gaugeByStep("work_oldest_due_seconds", "How long the oldest has been due.");
  const dead = gaugeByStep("work_given_up", "Steps that wait for a person, by step.");
  const attempts = gaugeByStep("work_attempts_max", "How often the hardest was tried, by step.");
  const pending = gauge("certificates_pending", "Outcomes that wait for their certificate.");
  const conflicts = gauge("conflicts", "Messages whose receipts contradict each other.");
  const unmatched = gauge("receipts_unmatched", "Receipts that have not found their segment.");
  const unmatchedAge = gauge("receipts_unmatched_oldest_seconds", "Age of the oldest of them.");
  const untold = gauge("callbacks_waiting", "Events that back offices are still to be told.");
  const untoldAge = gauge("callbacks_oldest_seconds", "How long ago the oldest of them happened.");
  const untoldDead = gauge("callbacks_given_up", "Events that no back office took for three days.");
  const months = gauge("partitions_ahead_months", "Months to come that have their partitions.");
  const skew = gauge("clock_skew_seconds", "The database's clock less ours.");
  const always = (name: string, help: string): Gauge =>
    new Gauge({ name: `sms_certificat_${name}`, help, registers });
  const up = always("database_up", "Whether the database answers; if not, gauges about work lack.");
  const bound = always("link_bound", "Binds to the operator that this replica has.");
  const wanted = always("link_wanted", "Binds that the replica with the lease should have.");
  const queued = always("link_waiting_segments", "Segments that wait for room on the link.");

  return (condition, link) => {
    bound.set(link.bound);
    wanted.set(link.wanted);
    queued.set(link.waiting);
    up.set(condition ? 1 : 0);
    if (!condition) {
      for (const one of forget) one();
      return;
    }
    const age = (at: Date | undefined): number =>
      at ? Math.max(0, condition.at.getTime() - at.getTime()) / 1_000 : 0;
    for (const row of condition.work) {
      const labels = { step: row.step };
      waiting.set(labels, row.waiting);
      due.set(labels, row.due);
      oldest.set(labels, age(row.oldestDueAt));
      dead.set(labels, row.dead);
      attempts.set(labels, row.mostAttempts);
      if (row.step === "certify") pending.set(row.waiting + row.dead);
    }
    conflicts.set(condition.conflicts);
    unmatched.set(condition.unmatched.count);
    unmatchedAge.set(age(condition.unmatched.oldestAt));
    untold.set(condition.callbacks.waiting);
    untoldAge.set(age(condition.callbacks.oldestAt));
    untoldDead.set(condition.callbacks.dead);
    months.set(condition.monthsAhead);
    skew.set(condition.skewMilliseconds / 1_000);
  };
}
