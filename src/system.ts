import { randomBytes } from "node:crypto";
import type { Clock, RandomSource, Timers } from "./domain/clock.ts";

export const systemClock: Clock = { now: () => new Date() };

export const systemRandom: RandomSource = { bytes: (length) => randomBytes(length) };

export const systemTimers: Timers = {
  now: () => performance.now(),
  after: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};
