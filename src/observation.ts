import type pg from "pg";
import type { BusinessEvent } from "./domain/business-event.ts";
import type { Clock, Timers } from "./domain/clock.ts";
import type { LinkHealth } from "./lifecycle/ports.ts";
import { startMetricsServer } from "./metrics-server.ts";
import { remember } from "./portal/remember.ts";
import type { Settings } from "./settings.ts";
import { readCondition } from "./store/condition.ts";
import { logEvent } from "./telemetry/business-log.ts";
import type { Logger } from "./telemetry/logger.ts";
import { createMetrics, type Metrics } from "./telemetry/metrics.ts";

/** The log and the metrics of this process. */
export interface Observation {
  readonly metrics: Metrics;
  readonly tell: (event: BusinessEvent) => void;
  readonly stepFailed: (step: string, error: unknown) => void;
  stop(): Promise<void>;
}

interface ObservationParts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Logger;
  readonly db: pg.Pool;
  readonly link: () => LinkHealth | undefined;
}

/** Milliseconds: scrapers cost the database no more than one reading in so long. */
const CONDITION_LASTS = 10_000;

/** Begins to count, and serves the metrics where the settings say. */
export async function startObservation(
  settings: Pick<Settings, "metrics">,
  { clock, timers, log, db, link }: ObservationParts,
): Promise<Observation> {
  const condition = remember(timers, CONDITION_LASTS, () => readCondition(db, clock));
  const metrics = createMetrics(condition, () => link() ?? { bound: 0, wanted: 0, waiting: 0 });
  const failed = (error: unknown): void => log.error("the metrics failed", { error });
  const server = settings.metrics && (await startMetricsServer(settings.metrics, metrics, failed));
  if (settings.metrics && server) {
    log.info("metrics", { place: `http://${settings.metrics.host}:${server.port}/metrics` });
  }
  return {
    metrics,
    tell(event) {
      metrics.event(event);
      logEvent(log, event);
    },
    stepFailed(step, error) {
      metrics.stepFailed(step);
      log.error("a step failed; the next tick tries again", { step, error });
    },
    stop: async () => server?.stop(),
  };
}
