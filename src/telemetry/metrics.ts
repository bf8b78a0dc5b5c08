import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import type { BusinessEvent } from "../domain/business-event.ts";
import { createConditionGauges, type Condition, type LinkCondition } from "./condition-gauges.ts";

/** What a certificate needs from outside: the key, the time-stamp, the status of certificates. */
type CertificatePart = "seal" | "time_stamp" | "status";

/** What happens in this process, counted, and how the whole service stands, for Prometheus. */
export interface Metrics {
  event(event: BusinessEvent): void;
  call(call: {
    readonly operation: string | undefined;
    readonly code: string | undefined;
    readonly milliseconds: number;
  }): void;
  stepFailed(step: string): void;
  linkEvent(kind: string): void;
  /** How many shared one commit. */
  batch(what: "receipts" | "submissions", size: number): void;
  /** Whether the last use of a part went well. */
  part(part: CertificatePart, well: boolean): void;
  sealExpires(at: Date): void;
  /** The exposition format 0.0.4, with the media type that names it. */
  expose(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** Seconds: a call takes a few milliseconds, and after half a minute its caller has gone. */
const CALL_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** Gauges of the library that are named like counters: `promtool check metrics` objects. */
const MISNAMED = ["handles", "requests", "resources"].map((what) => `nodejs_active_${what}_total`);
const BATCH_BUCKETS = [1, 2, 5, 10, 20, 50, 100, 200, 500];

/**
 * No label ever holds a number, a name, a text or an id: their values are the closed lists of the
 * domain and of the contract.
 *
 * @param condition how the service stands, as all replicas see it; rejects when the database does not
 *   answer
 */
export function createMetrics(
  condition: () => Promise<Condition>,
  link: () => LinkCondition,
): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  for (const misnamed of MISNAMED) registry.removeSingleMetric(misnamed);
  const counter = <T extends string>(
    name: string,
    help: string,
    labelNames: readonly T[] = [],
  ): Counter<T> => new Counter({ name: `sms_certificat_${name}`, help, labelNames, registers });

  const accepted = counter("messages_accepted_total", "Messages that this process took charge of.");
  const relayed = counter("relays_total", "Attempts to relay a message, by what they came to.", [
    "result",
  ]);
  const receipts = counter("receipts_matched_total", "Receipts matched to a segment, by state.", [
    "state",
  ]);
  const settled = counter("messages_settled_total", "Outcomes, by outcome.", ["outcome"]);
  const certified = counter("certificates_issued_total", "Certificates, by kind.", ["kind"]);
  const late = counter("deliveries_late_total", "Deliveries reported after a negative outcome.");
  const filesRead = counter(
    "certificates_checked_total",
    "Certificates hashed again by the night.",
  );
  const filesDamaged = counter("certificates_damaged_total", "Those that were not the file kept.");
  const notified = counter("notices_sent_total", "Mailboxes told of their certificate.");
  const putOff = counter("steps_put_off_total", "Steps that failed and are tried again, by step.", [
    "step",
  ]);
  const givenUp = counter("steps_given_up_total", "Steps left for a person, by step.", ["step"]);
  // From nothing to one is no increase, and somebody is to hear of the first one.
  givenUp.inc({ step: "batch" }, 0);
  const purged = counter("certificates_purged_total", "Certificates whose retention was over.");
  const failed = counter("step_failures_total", "Passes of a step that failed as a whole.", [
    "step",
  ]);
  const linkEvents = counter("link_events_total", "What happened on the operator's link.", [
    "kind",
  ]);
  const partFailures = counter("certificate_part_failures_total", "Failed uses of a part.", [
    "part",
  ]);
  const partUp = new Gauge({
    name: "sms_certificat_certificate_part_up",
    help: "Whether the last use of the seal, of a time-stamp or of a certificate status went well.",
    labelNames: ["part"],
    registers,
  });
  const sealExpires = new Gauge({
    name: "sms_certificat_seal_expires_timestamp_seconds",
    help: "When the signing certificate of the seal expires.",
    registers,
  });
  const calls = counter("calls_total", "SOAP calls, by operation and fault code.", [
    "operation",
    "code",
  ]);
  const callSeconds = new Histogram({
    name: "sms_certificat_call_duration_seconds",
    help: "From a call to its answer, by operation.",
    labelNames: ["operation"],
    buckets: CALL_BUCKETS,
    registers,
  });
  const batchSize = new Histogram({
    name: "sms_certificat_batch_size",
    help: "Rows that shared one commit.",
    labelNames: ["what"],
    buckets: BATCH_BUCKETS,
    registers,
  });
  const gauges = createConditionGauges(registry);

  const count: { [N in BusinessEvent["name"]]?: (event: EventNamed<N>) => void } = {
    accepted: () => accepted.inc(),
    relayed: ({ result }) => relayed.inc({ result }),
    receipt: ({ messageState }) => receipts.inc({ state: messageState }),
    deliveredLate: () => late.inc(),
    settled: ({ outcome }) => settled.inc({ outcome }),
    certified: ({ kind }) => certified.inc({ kind }),
    filesRead: ({ files }) => filesRead.inc(files),
    fileDamaged: () => filesDamaged.inc(),
    notified: () => notified.inc(),
    putOff: ({ step }) => putOff.inc({ step }),
    givenUp: ({ step }) => givenUp.inc({ step }),
    requestPutOff: () => putOff.inc({ step: "batch" }),
    requestGivenUp: () => givenUp.inc({ step: "batch" }),
    conflict: () => givenUp.inc({ step: "settle" }),
    purged: ({ certificates }) => purged.inc(certificates),
  };

  return {
    event: (event) => (count[event.name] as ((told: BusinessEvent) => void) | undefined)?.(event),
    call({ operation = "none", code = "none", milliseconds }) {
      calls.inc({ operation, code });
      callSeconds.observe({ operation }, milliseconds / 1_000);
    },
    stepFailed: (step) => failed.inc({ step }),
    linkEvent: (kind) => linkEvents.inc({ kind }),
    batch: (what, size) => batchSize.observe({ what }, size),
    part(part, well) {
      partUp.set({ part }, well ? 1 : 0);
      if (!well) partFailures.inc({ part });
    },
    sealExpires: (at) => sealExpires.set(at.getTime() / 1_000),
    async expose() {
      gauges(await condition().catch(() => undefined), link());
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

type EventNamed<N extends BusinessEvent["name"]> = Extract<BusinessEvent, { name: N }>;
