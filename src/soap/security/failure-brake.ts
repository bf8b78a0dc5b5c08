import { HOUR, SECOND, type Clock } from "../../domain/clock.ts";
import { ServiceError } from "../../domain/errors.ts";

/** Slows down whoever fails again and again to prove who they are. */
export interface FailureBrake {
  /** @throws ServiceError TooManyRequests while the caller has to wait */
  assertMayTry(username: string, address: string): void;
  /** Notes a failure; true when from now on there is a wait. */
  noteFailure(username: string, address: string): boolean;
  noteSuccess(username: string, address: string): void;
}

/**
 * How many failures are free. A user at one address is told soonest; a user, or an address, alone much
 * later, and only when the pair has failed as well: behind one address may be a whole administration,
 * and nobody shall shut out from elsewhere a user who makes no mistakes.
 */
const FREE = { pair: 5, alone: 50 };
const LONGEST_WAIT = 60 * SECOND;
const FORGOTTEN_AFTER = HOUR;
const REMEMBERED_AT_MOST = 20_000;

interface Failures {
  readonly count: number;
  readonly waitUntil: number;
  readonly forgetAt: number;
}

export function createFailureBrake(clock: Clock): FailureBrake {
  const failures = new Map<string, Failures>();

  return {
    assertMayTry(username, address) {
      if (failures.size === 0) return;
      const now = clock.now().getTime();
      const waits = keysOf(username, address).map(([key]) => failures.get(key)?.waitUntil);
      const [ownWait] = waits;
      const until = Math.max(...waits.map((wait) => wait ?? 0));
      if (ownWait === undefined || until <= now) return;
      throw new ServiceError("TooManyRequests", {
        retryAfterSeconds: Math.ceil((until - now) / SECOND),
        hint: {
          ca: "Hi ha hagut massa intents fallits d'acreditar-se.",
          es: "Ha habido demasiados intentos fallidos de acreditarse.",
          en: "There were too many failed attempts to authenticate.",
        },
      });
    },
    noteFailure(username, address) {
      const now = clock.now().getTime();
      let waits = false;
      for (const [key, free] of keysOf(username, address)) {
        const before = failures.get(key);
        const count = (before && before.forgetAt > now ? before.count : 0) + 1;
        const wait = count < free ? 0 : Math.min(SECOND * 2 ** (count - free), LONGEST_WAIT);
        waits ||= wait > 0;
        // Back to the end of the map, whose start is thrown away first.
        failures.delete(key);
        failures.set(key, { count, waitUntil: now + wait, forgetAt: now + FORGOTTEN_AFTER });
      }
      for (const key of failures.keys()) {
        if (failures.size <= REMEMBERED_AT_MOST) break;
        failures.delete(key);
      }
      return waits;
    },
    noteSuccess(username, address) {
      if (failures.size === 0) return;
      for (const [key] of keysOf(username, address)) failures.delete(key);
    },
  };
}

function keysOf(username: string, address: string): [key: string, free: number][] {
  const user = username.toLowerCase();
  return [
    [`${user}\n${address}`, FREE.pair],
    [`user ${user}`, FREE.alone],
    [`address ${address}`, FREE.alone],
  ];
}
