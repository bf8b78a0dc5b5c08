import { SECOND } from "../domain/clock.ts";
import { DEFAULT_CONNECTIONS, type ConnectionLimits } from "../https/open-server.ts";
import { DEFAULT_LIMITS, type DoorLimits } from "../soap/limits.ts";
import type { SettingsReader } from "./reader.ts";

export interface LimitSettings {
  readonly limits: DoorLimits;
  readonly connections: ConnectionLimits;
}

export function readLimits({ whole }: SettingsReader): LimitSettings {
  const count = (name: string, fallback: number, most = 1_000_000): number =>
    whole(name, fallback, { least: 1, most });
  const kibibytes = (name: string, fallback: number): number =>
    count(name, fallback / 1024, 16_384) * 1024;
  const seconds = (name: string, fallback: number): number =>
    count(name, fallback / SECOND, 600) * SECOND;
  const bodyBytes = kibibytes("SOAP_BODY_KIB", DEFAULT_LIMITS.bodyBytes);
  return {
    limits: {
      bodyBytes,
      inflatedBytes: kibibytes("SOAP_INFLATED_KIB", bodyBytes),
      gatheredBytes: DEFAULT_LIMITS.gatheredBytes,
      // The parser itself ends at 256 levels.
      depth: count("SOAP_DEPTH", DEFAULT_LIMITS.depth, 256),
      elements: count("SOAP_ELEMENTS", DEFAULT_LIMITS.elements),
      attributes: count("SOAP_ATTRIBUTES", DEFAULT_LIMITS.attributes),
      inFlight: count("SOAP_IN_FLIGHT", DEFAULT_LIMITS.inFlight),
      callsPerSecond: count("ENTITY_CALLS_PER_SECOND", DEFAULT_LIMITS.callsPerSecond),
    },
    connections: {
      headers: seconds("HTTP_HEADERS_SECONDS", DEFAULT_CONNECTIONS.headers),
      request: seconds("HTTP_REQUEST_SECONDS", DEFAULT_CONNECTIONS.request),
      keepAlive: seconds("HTTP_KEEP_ALIVE_SECONDS", DEFAULT_CONNECTIONS.keepAlive),
      most: count("HTTP_CONNECTIONS", DEFAULT_CONNECTIONS.most),
    },
  };
}
