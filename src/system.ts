import { randomBytes } from "node:crypto";
import type { Clock, RandomSource } from "./domain/clock.ts";

export const systemClock: Clock = { now: () => new Date() };

export const systemRandom: RandomSource = { bytes: (length) => randomBytes(length) };
