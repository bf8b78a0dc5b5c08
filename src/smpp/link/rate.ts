import type { Timers } from "../../domain/clock.ts";
import { STATUS } from "../command-status.ts";

const PAUSE = { throttled: 1_000, queueFull: 30_000, longest: 60_000 };
/** Below one a second nothing would ever tell that the SMSC has recovered. */
const SLOWEST = 1;
const GROWTH_PER_SECOND = 1.1;
/**
 * The part of a second whose segments go out together, where so many wait: their answers come together
 * then, and are written down together.
 */
const TOGETHER = 1 / 20;
/** From here on an unlimited link counts as recovered. */
const RECOVERED = 1_000;

/**
 * How fast segments may go out: a token bucket at the contracted rate, which the SMSC's throttling
 * halves and time restores by a tenth each second. No second sees more than the rate, wherever it
 * begins: some SMSCs count so.
 */
export class Rate {
  readonly #timers: Timers;
  readonly #contracted: number;
  #allowed: number;
  #tokens = 1;
  /** Tokens have come together, and are being used up. */
  #going = false;
  #at: number;
  #pausedUntil = 0;
  #pause: number = PAUSE.throttled;
  #sent: number[] = [];

  /** @param contracted segments per second; undefined when the contract sets no limit */
  constructor(contracted: number | undefined, timers: Timers) {
    this.#timers = timers;
    this.#contracted = contracted ?? Infinity;
    this.#allowed = this.#contracted;
    this.#at = timers.now();
  }

  /**
   * Milliseconds until a segment may go out; 0 means now.
   *
   * @param waiting how many segments want to go out
   */
  delay(waiting: number): number {
    const now = this.#timers.now();
    if (now < this.#pausedUntil) return this.#pausedUntil - now;
    this.#refill(now);
    if (this.#allowed === Infinity) return 0;
    const crowded = this.#untilRoom(now);
    if (crowded > 0) return crowded;
    const together = Math.max(1, Math.min(waiting, Math.floor(this.#allowed * TOGETHER)));
    this.#going = this.#tokens >= (this.#going ? 1 : together);
    if (this.#going) return 0;
    return Math.ceil(((together - this.#tokens) * 1_000) / this.#allowed);
  }

  take(): void {
    if (this.#allowed !== Infinity) this.#tokens -= 1;
    this.#remember();
  }

  /** The SMSC took a segment. */
  accepted(): void {
    this.#pause = PAUSE.throttled;
  }

  throttled(commandStatus: number): void {
    const now = this.#timers.now();
    if (now < this.#pausedUntil) return;
    const pause = commandStatus === STATUS.RMSGQFUL ? PAUSE.queueFull : this.#pause;
    this.#pausedUntil = now + pause;
    this.#pause = Math.min(this.#pause * 2, PAUSE.longest);
    const pace = this.#allowed === Infinity ? this.#recentPace(now) : this.#allowed;
    this.#allowed = Math.max(pace / 2, SLOWEST);
    this.#tokens = 1;
    this.#at = this.#pausedUntil;
  }

  #refill(now: number): void {
    const seconds = Math.max(now - this.#at, 0) / 1_000;
    this.#at = now;
    if (this.#allowed === Infinity) {
      this.#tokens = 1;
      return;
    }
    const burst = Math.max(1, this.#allowed / 10);
    this.#tokens = Math.min(this.#tokens + seconds * this.#allowed, burst);
    if (this.#allowed >= this.#contracted) return;
    const grown = this.#allowed * GROWTH_PER_SECOND ** seconds;
    const isFree = this.#contracted === Infinity && grown > RECOVERED;
    this.#allowed = isFree ? Infinity : Math.min(grown, this.#contracted);
  }

  /** Milliseconds until the second that ends then has seen fewer segments than it may. */
  #untilRoom(now: number): number {
    const before = this.#sent.at(-Math.max(1, Math.floor(this.#allowed)));
    return before === undefined ? 0 : before + 1_000 - now;
  }

  #remember(): void {
    const most = Math.max(RECOVERED, this.#contracted === Infinity ? 0 : this.#contracted);
    this.#sent.push(this.#timers.now());
    if (this.#sent.length > 2 * most) this.#sent = this.#sent.slice(-most);
  }

  #recentPace(now: number): number {
    return this.#sent.filter((at) => at > now - 1_000).length;
  }
}
