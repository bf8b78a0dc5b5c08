import { SECOND, type Timers } from "../../domain/clock.ts";

/** What was heard within this time is as good as heard now. */
const JUST_NOW = SECOND;

/** Lengths of time in milliseconds. */
export interface WatchTimings {
  /** Silence after which the peer is asked whether it lives, and how long it may think. */
  readonly enquireAfter: number;
  readonly enquireAnswer: number;
}

interface WatchParts {
  readonly timers: Timers;
  readonly timings: WatchTimings;
  /** While nobody reads no silence tells anything. */
  readonly isDeaf: () => boolean;
  /** Asks the peer whether it lives. */
  readonly enquire: () => void;
  /** The peer has not answered. */
  readonly gone: () => void;
}

/** Notices that the peer of a session has gone without a word. */
export class Watch {
  readonly #parts: WatchParts;
  #heardAt: number;
  #asking = false;
  #stop: () => void = () => undefined;

  constructor(parts: WatchParts) {
    this.#parts = parts;
    this.#heardAt = parts.timers.now();
    this.#look();
  }

  /** Milliseconds since the peer was last heard. */
  get silence(): number {
    return this.#parts.timers.now() - this.#heardAt;
  }

  heard(): void {
    this.#heardAt = this.#parts.timers.now();
  }

  hurry(): void {
    if (this.#asking) return;
    this.#stop();
    this.#look(JUST_NOW);
  }

  stop(): void {
    this.#stop();
  }

  #look(after = this.#parts.timings.enquireAfter): void {
    const { timers, timings, isDeaf, enquire, gone } = this.#parts;
    if (this.silence < after || isDeaf()) {
      this.#stop = timers.after(Math.max(after - this.silence, SECOND), () => this.#look());
      return;
    }
    const before = this.#heardAt;
    this.#asking = true;
    enquire();
    this.#stop = timers.after(timings.enquireAnswer, () => {
      this.#asking = false;
      if (this.#heardAt === before) gone();
      else this.#look();
    });
  }
}
