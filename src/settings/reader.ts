import { readFileSync } from "node:fs";
import { parseDuration, type Duration } from "../domain/clock.ts";
import { MINIMUM_RETENTION } from "../domain/retention.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads variables one by one; a fault is noted and a stand-in returned, so that all are told at once. */
export interface SettingsReader {
  readonly production: boolean;
  readonly faults: readonly string[];
  /** Notes a fault. */
  readonly fault: (message: string) => void;
  /** The trimmed value; a variable NAME_FILE names a file that holds the value of NAME. */
  readonly text: (name: string) => string | undefined;
  /** The value, or the fallback; production does without the fallback. */
  readonly inProduction: (name: string, why: string, fallback: string) => string;
  readonly port: (name: string, fallback: number) => number;
  /** A whole number within bounds, both included. */
  readonly whole: (
    name: string,
    fallback: number,
    bounds: { least: number; most: number },
  ) => number;
  readonly duration: (name: string, fallback: string) => Duration;
  /** An address without a trailing slash. */
  readonly url: (name: string, protocols: readonly string[]) => string | undefined;
  readonly oneOf: <T extends string>(name: string, values: readonly T[], fallback: T) => T;
}

export function createSettingsReader(environment: Environment): SettingsReader {
  const faults: string[] = [];

  function noted<T>(message: string, standIn: T): T {
    faults.push(message);
    return standIn;
  }
  function text(name: string): string | undefined {
    const file = environment[`${name}_FILE`];
    if (file !== undefined && file !== "") {
      try {
        return readFileSync(file, "utf8").trim();
      } catch {
        return noted<string | undefined>(`${name}_FILE: the file cannot be read`, undefined);
      }
    }
    const value = environment[name]?.trim();
    return value === "" ? undefined : value;
  }
  function oneOf<T extends string>(name: string, values: readonly T[], fallback: T): T {
    const value = text(name) ?? fallback;
    const allowed = values.find((candidate) => candidate === value);
    return allowed ?? noted(`${name} must be one of ${values.join(", ")}`, fallback);
  }
  function whole(
    name: string,
    fallback: number,
    { least, most }: { least: number; most: number },
    must: string,
  ): number {
    const value = Number(text(name) ?? fallback);
    const valid = Number.isInteger(value) && value >= least && value <= most;
    return valid ? value : noted(`${name} ${must}`, fallback);
  }
  const production = oneOf("ENVIRONMENT", ["test", "production"], "test") === "production";

  return {
    production,
    faults,
    fault: (message) => void faults.push(message),
    text,
    inProduction: (name, why, fallback) =>
      text(name) ?? (production ? noted(`${name} is needed: ${why}`, "") : fallback),
    port: (name, fallback) =>
      whole(name, fallback, { least: 0, most: 65_535 }, "must be a port, 0 to 65535"),
    whole: (name, fallback, { least, most }) =>
      whole(name, fallback, { least, most }, `must be a whole number, ${least} to ${most}`),
    duration: (name, fallback) =>
      parseDuration(text(name) ?? fallback) ??
      noted(`${name} must be an ISO 8601 duration such as ${fallback}`, MINIMUM_RETENTION),
    url(name, protocols) {
      const value = text(name);
      if (value === undefined) return undefined;
      if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) {
        return value.replace(/\/+$/, "");
      }
      const must = `${name} must be an address that begins with ${protocols[0] ?? ""}//`;
      return noted<string | undefined>(must, undefined);
    },
    oneOf,
  };
}
