import { SECOND, type Clock } from "../domain/clock.ts";
import type { Entity } from "../domain/entity.ts";
import { ServiceError } from "../domain/errors.ts";

/** Holds each entity to its rate, so that none takes the service from the others. */
export interface CallRate {
  /** @throws ServiceError TooManyRequests, with when to come back */
  assertMayCall(entity: Pick<Entity, "entityId" | "callsPerSecond">): void;
}

/** A whole batch may come at once: the bucket holds what ten seconds bring. */
const BURST_SECONDS = 10;

interface Bucket {
  readonly calls: number;
  readonly at: number;
}

/**
 * A token bucket for each entity, in the memory of this process: with several replicas an entity has its
 * rate on each of them, and a balancer that spreads calls evenly gives it the sum.
 *
 * @param perSecond of entities that have no rate of their own
 */
export function createCallRate(clock: Clock, perSecond: number): CallRate {
  const buckets = new Map<string, Bucket>();
  return {
    assertMayCall({ entityId, callsPerSecond }) {
      const rate = callsPerSecond ?? perSecond;
      const most = rate * BURST_SECONDS;
      const now = clock.now().getTime();
      const before = buckets.get(entityId) ?? { calls: most, at: now };
      const passed = Math.max(now - before.at, 0) / SECOND;
      const calls = Math.min(before.calls + passed * rate, most);
      if (calls < 1) {
        throw new ServiceError("TooManyRequests", {
          retryAfterSeconds: Math.max(1, Math.ceil((1 - calls) / rate)),
          hint: {
            ca: `L'entitat pot fer ${rate} crides per segon.`,
            es: `La entidad puede hacer ${rate} llamadas por segundo.`,
            en: `The entity may make ${rate} calls in a second.`,
          },
        });
      }
      buckets.set(entityId, { calls: calls - 1, at: now });
    },
  };
}
