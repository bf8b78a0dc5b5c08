import { ServiceError } from "../domain/errors.ts";
import type { XmlLimits } from "./xml/document.ts";

/** What a caller may ask of the door; whoever asks more gets a fault. */
export interface DoorLimits extends XmlLimits {
  /** Bytes of a body as it travels. */
  readonly bodyBytes: number;
  /** Bytes of a body after it is inflated. */
  readonly inflatedBytes: number;
  /** Bytes of all bodies that are on their way: slow callers keep what they have sent in memory. */
  readonly gatheredBytes: number;
  /** Calls that are worked on at the same time. */
  readonly inFlight: number;
  /** Calls of one entity in a second, unless the entity has a rate of its own. */
  readonly callsPerSecond: number;
}

export const DEFAULT_LIMITS: DoorLimits = {
  bodyBytes: 256 * 1024,
  inflatedBytes: 256 * 1024,
  gatheredBytes: 256 * 1024 * 1024,
  depth: 32,
  elements: 5_000,
  attributes: 5_000,
  inFlight: 256,
  callsPerSecond: 50,
};

/** More is asked of this process than it does at the same time. */
export function tooManyAtOnce(): ServiceError {
  return new ServiceError("TooManyRequests", {
    hint: {
      ca: "Hi ha massa peticions alhora.",
      es: "Hay demasiadas peticiones a la vez.",
      en: "There are too many requests at once.",
    },
  });
}
