import type { Socket } from "node:net";
import type { Timers } from "../../domain/clock.ts";
import { answerTo, RESPONSE_BIT, type CommandName, type FieldsOf } from "../commands.ts";
import { STATUS } from "../command-status.ts";
import { FrameReader } from "./frames.ts";
import { InFlight, type Answer } from "./in-flight.ts";
import { decodePdu, encodePdu, type Pdu, type PduOf, type Tlv } from "../pdu.ts";
import type { Report } from "../receipt.ts";
import { Watch, type WatchTimings } from "./watch.ts";

/** Lengths of time in milliseconds. */
export interface SessionTimings extends WatchTimings {
  /** How long an answer is waited for. */
  readonly response: number;
  /** How long a graceful end waits for what is in flight, and for unbind_resp. */
  readonly drain: number;
  readonly unbind: number;
}

export interface SessionHandlers {
  /** The report is acknowledged when this has resolved; a rejection asks the SMSC to keep it. */
  report(pdu: Report, raw: Buffer): Promise<void>;
  /** A PDU was answered with an error, or an answer belonged to no request. */
  odd(what: string, commandStatus: number): void;
  /** Called once. Every request has its answer by then. */
  closed(cause: string): void;
}

/** Above this many unacknowledged reports the socket is not read; below half of it, it is again. */
const MOST_REPORTS = 2_000;
const BATCH = 4;

/**
 * One SMPP session on one connection (SMPP 3.4, chapter 2): open → draining → closed, never back.
 * The peer's enquire_link and unbind are always answered.
 */
export class Session {
  readonly #socket: Socket;
  readonly #timings: SessionTimings;
  readonly #timers: Timers;
  readonly #handlers: SessionHandlers;
  readonly #reader = new FrameReader();
  readonly #requests: InFlight;
  readonly #watch: Watch;
  #state: "open" | "draining" | "closed" = "open";
  #reports = 0;
  #corked = false;
  #batched = 0;
  #quiet: (() => void) | undefined;
  #drained: Promise<void> | undefined;

  constructor(
    socket: Socket,
    parts: {
      readonly timings: SessionTimings;
      readonly timers: Timers;
      readonly handlers: SessionHandlers;
    },
  ) {
    this.#socket = socket;
    this.#timings = parts.timings;
    this.#timers = parts.timers;
    this.#handlers = parts.handlers;
    this.#requests = new InFlight(this.#timers, this.#timings.response, () => socket.isPaused());
    this.#watch = new Watch({
      timers: this.#timers,
      timings: this.#timings,
      isDeaf: () => socket.isPaused(),
      enquire: () => void this.#send("enquire_link", {}),
      gone: () => this.destroy("the peer is silent"),
    });
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("error", (error) => this.destroy(error.message));
    socket.on("close", () => this.destroy("the connection was closed"));
  }

  get open(): boolean {
    return this.#state === "open" && this.#socket.writable;
  }

  get inFlight(): number {
    return this.#requests.size;
  }

  /** Milliseconds since the peer was last heard. */
  get silence(): number {
    return this.#watch.silence;
  }

  /** Asks the peer now whether it lives, and not only when it has been silent for long. */
  enquire(): void {
    if (this.open) this.#watch.hurry();
  }

  /**
   * Sends a request. Never rejects.
   *
   * @throws RangeError when a parameter does not fit into the PDU
   */
  request<Name extends CommandName>(
    command: Name,
    fields: FieldsOf<Name>,
    tlvs?: readonly Tlv[],
  ): Promise<Answer> {
    if (!this.open) return Promise.resolve({ kind: "notSent", cause: "the session is closed" });
    return this.#send(command, fields, tlvs);
  }

  /** Waits for what is in flight, unbinds and closes. */
  async unbind(): Promise<void> {
    if (this.#isClosed()) return;
    await this.#drain();
    if (this.#isClosed()) return;
    const late = this.#timers.after(this.#timings.unbind, () => this.destroy("unbind unanswered"));
    await this.#send("unbind", {});
    late();
    this.#end("unbound");
  }

  /** Closes at once; what is in flight is lost. */
  destroy(cause: string): void {
    if (this.#close(cause)) this.#socket.destroy();
  }

  /** Closes after what has been written has gone out. */
  #end(cause: string): void {
    if (this.#close(cause)) this.#socket.destroySoon();
  }

  #close(cause: string): boolean {
    if (this.#state === "closed") return false;
    this.#state = "closed";
    this.#watch.stop();
    this.#requests.loseAll(cause);
    this.#quiet?.();
    this.#handlers.closed(cause);
    return true;
  }

  #isClosed(): boolean {
    return this.#state === "closed";
  }

  #send<Name extends CommandName>(
    command: Name,
    fields: FieldsOf<Name>,
    tlvs?: readonly Tlv[],
  ): Promise<Answer> {
    const sequence = this.#requests.nextSequence();
    this.#write(encodePdu(command, { sequence }, fields, tlvs));
    return this.#requests.wait(sequence);
  }

  /**
   * Joins what one turn of the event loop writes into packets of a few PDUs: fewer calls of the
   * system, and the peer works on the first while the next are written.
   */
  #write(octets: Buffer): void {
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#corked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(octets);
    this.#batched += 1;
    if (this.#batched % BATCH === 0) {
      this.#socket.uncork();
      this.#socket.cork();
    }
  }

  #answer(command: CommandName, sequence: number, commandStatus: number): void {
    const name = answerTo(command) ?? "generic_nack";
    const fields = { messageId: "", systemId: "" } as unknown as FieldsOf<typeof name>;
    if (this.#socket.writable) this.#write(encodePdu(name, { sequence, commandStatus }, fields));
  }

  #read(chunk: Buffer): void {
    if (this.#isClosed()) return;
    this.#watch.heard();
    try {
      for (const frame of this.#reader.push(chunk)) this.#frame(frame);
    } catch (error) {
      const cause = error instanceof Error ? error.message : "unreadable";
      this.#handlers.odd(cause, STATUS.RINVCMDLEN);
      this.#answer("generic_nack", 0, STATUS.RINVCMDLEN);
      this.#end(cause);
    }
  }

  #frame(frame: Buffer): void {
    const decoded = decodePdu(frame);
    if (decoded.kind === "pdu") {
      this.#receive(decoded.pdu, frame);
    } else if (decoded.kind === "unknown") {
      this.#handlers.odd(`unknown command ${decoded.commandId}`, STATUS.RINVCMDID);
      if (decoded.commandId < RESPONSE_BIT) {
        this.#answer("generic_nack", decoded.sequence, STATUS.RINVCMDID);
      }
    } else {
      const { command, sequence, commandStatus } = decoded;
      this.#handlers.odd(`malformed ${command}`, commandStatus);
      if (answerTo(command)) this.#answer(command, sequence, commandStatus);
      else this.#settle(sequence, { kind: "lost", cause: `malformed ${command}` });
    }
  }

  #receive(pdu: Pdu, frame: Buffer): void {
    switch (pdu.command) {
      case "deliver_sm":
      case "data_sm":
        this.#report(pdu, frame);
        return;
      case "enquire_link":
        this.#answer(pdu.command, pdu.sequence, STATUS.ROK);
        return;
      case "unbind":
        void this.#unbound(pdu);
        return;
      case "outbind":
      case "alert_notification":
        return;
      default:
        if (answerTo(pdu.command)) this.#answer(pdu.command, pdu.sequence, STATUS.RINVBNDSTS);
        else if (!this.#settle(pdu.sequence, { kind: "answered", pdu, raw: frame })) {
          this.#handlers.odd(`${pdu.command} without a request`, pdu.commandStatus);
        }
    }
  }

  #settle(sequence: number, answer: Answer): boolean {
    const known = this.#requests.settle(sequence, answer);
    if (known && this.#isQuiet()) this.#quiet?.();
    return known;
  }

  #report(pdu: Report, frame: Buffer): void {
    this.#reports += 1;
    if (this.#reports > MOST_REPORTS) this.#socket.pause();
    const done = (commandStatus: number): void => {
      this.#answer(pdu.command, pdu.sequence, commandStatus);
      this.#reports -= 1;
      if (this.#reports < MOST_REPORTS / 2 && this.#socket.isPaused()) this.#socket.resume();
      if (this.#isQuiet()) this.#quiet?.();
    };
    this.#handlers.report(pdu, frame).then(
      () => done(STATUS.ROK),
      () => done(STATUS.RX_T_APPN),
    );
  }

  /** The SMSC ends the session: what is in flight may still be answered. */
  async #unbound(pdu: PduOf<"unbind">): Promise<void> {
    await this.#drain();
    if (this.#isClosed()) return;
    this.#answer(pdu.command, pdu.sequence, STATUS.ROK);
    this.#end("unbound");
  }

  #isQuiet(): boolean {
    return this.#requests.size === 0 && this.#reports === 0;
  }

  /** Either side may ask for the end, and both at once. */
  #drain(): Promise<void> {
    this.#drained ??= this.#untilQuiet();
    return this.#drained;
  }

  async #untilQuiet(): Promise<void> {
    this.#state = "draining";
    if (this.#isQuiet()) return;
    await new Promise<void>((resolve) => {
      const stop = this.#timers.after(this.#timings.drain, resolve);
      this.#quiet = () => {
        stop();
        resolve();
      };
    });
  }
}
