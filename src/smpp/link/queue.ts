import type { Clock, Timers } from "../../domain/clock.ts";
import type { OutgoingSegment } from "../../lifecycle/ports.ts";
import { isThrottle } from "../command-status.ts";
import type { Dialect } from "../dialect.ts";
import type { Answer } from "./in-flight.ts";
import type { Link, LinkEvent } from "./link.ts";
import type { Rate } from "./rate.ts";
import { submitFields } from "../submit-fields.ts";

export interface QueueParts {
  /** Those that may carry segments. */
  readonly links: readonly Link[];
  /** Segments in flight on one link. */
  readonly window: number;
  readonly rate: Rate;
  /** Milliseconds that a segment waits here before it is given back. */
  readonly patience: number;
  readonly timers: Timers;
  readonly clock: Clock;
  readonly dialect: Dialect;
  readonly tell: (event: LinkEvent) => void;
}

interface Waiting {
  readonly ticket: number;
  readonly segment: OutgoingSegment;
  readonly settle: (answer: Answer) => void;
  readonly giveBackAt: number;
  /** The throttling that it met; it was certainly not taken. */
  throttled: Answer | undefined;
}

/**
 * Segments that wait for a link, for room in its window and for the rate, in the order in which they
 * came. One that the SMSC throttles takes its place again: the SMSC said that it did not take it.
 */
export class SubmitQueue {
  readonly #parts: QueueParts;
  #waiting: Waiting[] = [];
  /** Only segments: what else is asked of the SMSC takes none of their room. */
  readonly #inFlight = new Map<Link, number>();
  #tickets = 0;
  #closed = false;
  #stopTimer: (() => void) | undefined;
  #stopExpiry: (() => void) | undefined;

  constructor(parts: QueueParts) {
    this.#parts = parts;
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** A link is up, and what waits already will be gone soon. */
  get isReady(): boolean {
    const { links, window } = this.#parts;
    return links.some((link) => link.session) && this.#waiting.length < 4 * window * links.length;
  }

  /** Never rejects. */
  submit(segment: OutgoingSegment): Promise<Answer> {
    if (this.#closed) return Promise.resolve({ kind: "notSent", cause: "the link is closing" });
    return new Promise((settle) => {
      const giveBackAt = this.#parts.timers.now() + this.#parts.patience;
      const ticket = ++this.#tickets;
      this.#waiting.push({ ticket, segment, settle, giveBackAt, throttled: undefined });
      this.#stopExpiry ??= this.#parts.timers.after(this.#parts.patience, () => this.#expire());
      this.pump();
    });
  }

  /** Gives back what waits. */
  close(): void {
    this.#closed = true;
    this.#stopTimer?.();
    this.#stopExpiry?.();
    for (const each of this.#waiting.splice(0)) giveBack(each, "the link is closing");
  }

  /** Sends what may go now. */
  pump(): void {
    const { rate, timers } = this.#parts;
    for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
      const link = this.#freest();
      if (!link) return;
      const delay = rate.delay(this.#waiting.length);
      if (delay > 0) {
        this.#stopTimer?.();
        this.#stopTimer = timers.after(delay, () => this.pump());
        return;
      }
      this.#waiting.shift();
      rate.take();
      void this.#send(first, link);
    }
  }

  #freest(): Link | undefined {
    let best: Link | undefined;
    let least = this.#parts.window;
    for (const link of this.#parts.links) {
      const inFlight = link.session ? (this.#inFlight.get(link) ?? 0) : Infinity;
      if (inFlight < least) [best, least] = [link, inFlight];
    }
    return best;
  }

  async #send(waiting: Waiting, link: Link): Promise<void> {
    this.#inFlight.set(link, (this.#inFlight.get(link) ?? 0) + 1);
    const answer = await this.#request(waiting.segment, link);
    this.#inFlight.set(link, (this.#inFlight.get(link) ?? 0) - 1);
    if (answer.kind === "answered" && isThrottle(answer.pdu.commandStatus)) {
      const { commandStatus } = answer.pdu;
      this.#parts.rate.throttled(commandStatus);
      this.#parts.tell({ kind: "throttled", link: link.name, commandStatus });
      waiting.throttled = answer;
      this.#takePlaceAgain(waiting);
    } else {
      if (answer.kind === "answered") this.#parts.rate.accepted();
      waiting.settle(answer);
    }
    this.pump();
  }

  async #request(segment: OutgoingSegment, link: Link): Promise<Answer> {
    try {
      const { fields, tlvs } = submitFields(segment, this.#parts.clock.now(), this.#parts.dialect);
      const session = link.session;
      if (!session) return { kind: "notSent", cause: "the link is down" };
      return await session.request("submit_sm", fields, tlvs);
    } catch (error) {
      const cause = error instanceof Error ? error.message : "it cannot be written";
      return { kind: "notSent", cause };
    }
  }

  #takePlaceAgain(waiting: Waiting): void {
    if (this.#closed || waiting.giveBackAt <= this.#parts.timers.now()) {
      giveBack(waiting, "throttled");
      return;
    }
    const place = this.#waiting.findIndex(({ ticket }) => ticket > waiting.ticket);
    this.#waiting.splice(place < 0 ? this.#waiting.length : place, 0, waiting);
    this.#armExpiry();
  }

  #armExpiry(): void {
    const { timers } = this.#parts;
    const next = this.#waiting[0];
    if (!next || this.#stopExpiry) return;
    const wait = Math.max(next.giveBackAt - timers.now(), 1);
    this.#stopExpiry = timers.after(wait, () => this.#expire());
  }

  #expire(): void {
    this.#stopExpiry = undefined;
    const now = this.#parts.timers.now();
    const late = this.#waiting.filter(({ giveBackAt }) => giveBackAt <= now);
    this.#waiting = this.#waiting.filter(({ giveBackAt }) => giveBackAt > now);
    for (const each of late) giveBack(each, "no link, or no room on it");
    this.#armExpiry();
  }
}

function giveBack({ settle, throttled }: Waiting, cause: string): void {
  settle(throttled ?? { kind: "notSent", cause });
}
