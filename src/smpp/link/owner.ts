import { SECOND, type Timers } from "../../domain/clock.ts";
import type { Heard } from "../../domain/delivery-receipt.ts";
import type { BindLease } from "./link.ts";

/** How often the lease is asked for or kept; it must last several times as long. */
const KEEP_EVERY = 5 * SECOND;
/** A lease that could not be kept for so long counts as lost: another process may soon have it. */
const TRUST = 12 * SECOND;

/** What follows from having the lease and from losing it. */
interface Consequences {
  /** What has been heard over the links of this process; undefined while no report would arrive. */
  heard(): Heard | undefined;
  gained(): void;
  lost(): Promise<void>;
}

/**
 * Binds while this process has the lease of the system_id, so that of several replicas one talks to
 * the SMSC: most operators allow one bind, and the rate is counted in one place.
 */
export class Owner {
  readonly #lease: BindLease | undefined;
  readonly #timers: Timers;
  readonly #consequences: Consequences;
  #owning = false;
  #heldAt = 0;
  #stopped = false;
  #asking: Promise<void> = Promise.resolve();
  #stopTimer: (() => void) | undefined;

  constructor(lease: BindLease | undefined, timers: Timers, consequences: Consequences) {
    this.#lease = lease;
    this.#timers = timers;
    this.#consequences = consequences;
  }

  async start(): Promise<void> {
    if (this.#lease) await this.#ask(this.#lease);
    else this.#gain();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopTimer?.();
    await this.#asking;
    await this.#consequences.lost();
    if (this.#owning) await this.#lease?.release().catch(() => undefined);
    this.#owning = false;
  }

  /** What whichever process has the lease has heard. */
  async heard(): Promise<Heard | undefined> {
    const here = this.#consequences.heard();
    return here ?? (this.#owning ? undefined : this.#lease?.heard());
  }

  async #ask(lease: BindLease): Promise<void> {
    const asked = this.#timers.now();
    const held = await this.#told(lease.hold(this.#consequences.heard()));
    if (this.#stopped) return;
    if (held) this.#heldAt = asked;
    const expired = held === undefined && this.#timers.now() - this.#heldAt >= TRUST;
    if (held && !this.#owning) this.#gain();
    if (this.#owning && (held === false || expired)) {
      this.#owning = false;
      await this.#consequences.lost();
    }
    this.#stopTimer = this.#timers.after(KEEP_EVERY, () => {
      this.#asking = this.#ask(lease);
    });
  }

  /** What is answered while the lease is trusted still; undefined when nothing is. */
  #told(answer: Promise<boolean>): Promise<boolean | undefined> {
    const since = this.#owning ? this.#heldAt : this.#timers.now();
    return new Promise((resolve) => {
      const wait = Math.max(since + TRUST - this.#timers.now(), 0);
      const stop = this.#timers.after(wait, () => resolve(undefined));
      void answer
        .catch(() => undefined)
        .then(resolve)
        .finally(stop);
    });
  }

  #gain(): void {
    this.#owning = true;
    this.#consequences.gained();
  }
}
