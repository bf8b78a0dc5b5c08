import type { Clock, Timers } from "../../src/domain/clock.ts";

/** A clock whose hands the test turns. Nothing that waits for it ever sleeps. */
export interface Hands {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Runs what falls due in this time, in order, and lets sockets and promises follow. */
  advance(milliseconds: number): Promise<void>;
  /** Turns the hands by tenths of a second until something is so; at most two hours. */
  passUntil(what: () => boolean, why?: string): Promise<void>;
}

interface Due {
  readonly at: number;
  readonly run: () => void;
}

export function createHands(start = new Date("2026-03-02T09:00:00Z")): Hands {
  let elapsed = 0;
  const waiting = new Set<Due>();
  const hands: Hands = {
    clock: { now: () => new Date(start.getTime() + elapsed) },
    timers: {
      now: () => elapsed,
      after: (milliseconds, run) => {
        const due = { at: elapsed + milliseconds, run };
        waiting.add(due);
        return () => {
          waiting.delete(due);
        };
      },
    },
    async advance(milliseconds) {
      const end = elapsed + milliseconds;
      for (;;) {
        const next = [...waiting].sort((a, b) => a.at - b.at)[0];
        if (!next || next.at > end) break;
        elapsed = Math.max(elapsed, next.at);
        waiting.delete(next);
        next.run();
        await turns();
      }
      elapsed = end;
      await turns();
    },
    async passUntil(what, why = "it") {
      const end = elapsed + 7_200_000;
      while (!what()) {
        if (elapsed > end) throw new Error(`${why} did not come about`);
        await hands.advance(100);
      }
    },
  };
  return hands;
}

/** A few turns of the event loop: time for loopback sockets, none for the clock. */
export async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn++) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** Lets the event loop turn until something is so; fails loudly when it does not come. */
export async function until(what: () => boolean, why = "it"): Promise<void> {
  const giveUpAt = performance.now() + 10_000;
  while (!what()) {
    if (performance.now() > giveUpAt) throw new Error(`${why} did not come about`);
    await turns(1);
  }
}
