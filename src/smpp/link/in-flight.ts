import type { Timers } from "../../domain/clock.ts";
import type { Pdu } from "../pdu.ts";

/** What became of a request. `lost` means that its octets may have gone out. */
export type Answer =
  | {
      readonly kind: "answered";
      readonly pdu: Pdu;
      /** The octets of the answer, while they are being looked at. */
      readonly raw: Buffer;
    }
  | { readonly kind: "notSent"; readonly cause: string }
  | { readonly kind: "lost"; readonly cause: string };

interface Pending {
  readonly deadline: number;
  readonly settle: (answer: Answer) => void;
}

const LAST_SEQUENCE = 0x7fffffff;

/** The requests of one session that wait for their answers, by sequence_number. */
export class InFlight {
  readonly #timers: Timers;
  readonly #patience: number;
  /** While this is true nobody reads, so that no answer can be late. */
  readonly #deaf: () => boolean;
  /** In the order of their deadlines, because all wait equally long. */
  readonly #pending = new Map<number, Pending>();
  #sequence = 0;
  #stopSweep: (() => void) | undefined;

  constructor(timers: Timers, patience: number, deaf: () => boolean) {
    this.#timers = timers;
    this.#patience = patience;
    this.#deaf = deaf;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** 1…0x7fffffff, and none that is still waited for. */
  nextSequence(): number {
    do this.#sequence = this.#sequence >= LAST_SEQUENCE ? 1 : this.#sequence + 1;
    while (this.#pending.has(this.#sequence));
    return this.#sequence;
  }

  wait(sequence: number): Promise<Answer> {
    return new Promise((settle) => {
      const deadline = this.#timers.now() + this.#patience;
      this.#pending.set(sequence, { deadline, settle });
      this.#stopSweep ??= this.#timers.after(this.#patience, () => this.#sweep());
    });
  }

  /** False when nobody waits for it: an answer that is late, repeated or invented. */
  settle(sequence: number, answer: Answer): boolean {
    const pending = this.#pending.get(sequence);
    if (!pending) return false;
    this.#pending.delete(sequence);
    pending.settle(answer);
    return true;
  }

  loseAll(cause: string): void {
    this.#stopSweep?.();
    for (const sequence of [...this.#pending.keys()])
      this.settle(sequence, { kind: "lost", cause });
  }

  #sweep(): void {
    this.#stopSweep = undefined;
    const now = this.#timers.now();
    for (const [sequence, { deadline }] of this.#pending) {
      if (deadline > now || this.#deaf()) {
        const wait = Math.max(deadline - now, 1_000);
        this.#stopSweep = this.#timers.after(wait, () => this.#sweep());
        return;
      }
      this.settle(sequence, { kind: "lost", cause: "no answer in time" });
    }
  }
}
