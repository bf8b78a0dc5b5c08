import { randomBytes } from "node:crypto";
import type { Clock, RandomSource, Timers } from "./domain/clock.ts";

export const systemClock: Clock = { now: () => new Date() };

const POOL = 8_192;
let pool = Buffer.alloc(0);

/** Asking the system for chance costs the same for 16 bytes as for thousands, so it is asked seldom. */
export const systemRandom: RandomSource = {
  bytes(length) {
    if (length > POOL / 64) return randomBytes(length);
    if (pool.length < length) pool = randomBytes(POOL);
    const bytes = pool.subarray(0, length);
    pool = pool.subarray(length);
    return bytes;
  },
};

export const systemTimers: Timers = {
  now: () => performance.now(),
  after: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};
