import type { Duration } from "../domain/clock.ts";
import type { SettingsReader } from "./reader.ts";

/** What those who run the service watch, and how it leaves them time. */
export interface MonitoringSettings {
  /** Where Prometheus scrapes; undefined: nowhere. */
  readonly metrics: { readonly host: string; readonly port: number } | undefined;
  /**
   * How long a process that is asked to end still takes calls while it says that it is not ready, so
   * that load balancers send it no more.
   */
  readonly stopDelay: Duration;
  readonly log: {
    readonly level: "error" | "warn" | "info" | "debug";
    readonly format: "json" | "text";
  };
}

export function readMonitoring(reader: SettingsReader): MonitoringSettings {
  const { production, text, port, duration, oneOf } = reader;
  return {
    metrics:
      text("METRICS_PORT") === undefined
        ? undefined
        : { host: text("METRICS_HOST") ?? "127.0.0.1", port: port("METRICS_PORT", 0) },
    stopDelay: duration("STOP_DELAY", production ? "PT5S" : "PT0S"),
    log: {
      level: oneOf("LOG_LEVEL", ["error", "warn", "info", "debug"], "info"),
      format: oneOf("LOG_FORMAT", ["json", "text"], production ? "json" : "text"),
    },
  };
}
