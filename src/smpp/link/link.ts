import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { RandomSource, Timers } from "../../domain/clock.ts";
import type { Heard } from "../../domain/delivery-receipt.ts";
import { isBindRefusal, STATUS, statusText } from "../command-status.ts";
import type { Report } from "../receipt.ts";
import { Session, type SessionTimings } from "./session.ts";

export type BindMode = "transceiver" | "transmitter" | "receiver";

/** The certificate of the SMSC is always verified. */
export interface TlsSettings {
  /** PEM; the authorities that Node trusts when undefined. */
  readonly ca?: string | undefined;
  /** The name in its certificate, when it is not the host. */
  readonly serverName?: string | undefined;
}

/** Where the SMSC listens and who we are to it. */
export interface BindSettings {
  readonly host: string;
  readonly port: number;
  /** Undefined for bare TCP. */
  readonly tls: TlsSettings | undefined;
  readonly systemId: string;
  readonly password: string;
  readonly systemType: string;
  readonly addressRange: string;
  readonly addressTon: number;
  readonly addressNpi: number;
}

/** Lengths of time in milliseconds. */
export interface LinkTimings extends SessionTimings {
  /** From the first packet to bind_resp. */
  readonly bind: number;
  readonly firstRetry: number;
  readonly longestRetry: number;
  /** After a refused password, and while the SMSC believes that we are still bound. */
  readonly refusedRetry: number;
}

export type LinkEvent =
  | { readonly kind: "bound"; readonly link: string }
  | { readonly kind: "lost"; readonly link: string; readonly cause: string }
  | {
      readonly kind: "bindRefused";
      readonly link: string;
      readonly commandStatus: number;
      /** Somebody must look: the SMSC does not know us. */
      readonly alarm: boolean;
    }
  | {
      readonly kind: "odd";
      readonly link: string;
      readonly what: string;
      readonly commandStatus: number;
    }
  | { readonly kind: "throttled"; readonly link: string; readonly commandStatus: number };

/** The right to bind under a system_id, of which one process at a time has it. */
export interface BindLease {
  /**
   * Takes it or keeps it for a while; false when another process has it.
   *
   * @param heard what the others may know: between which instants reports reached this process, if they do
   */
  hold(heard: Heard | undefined): Promise<boolean>;
  /** What the process that has it said last. */
  heard(): Promise<Heard | undefined>;
  release(): Promise<void>;
}

export interface LinkParts {
  readonly timers: Timers;
  readonly random: RandomSource;
  readonly timings: LinkTimings;
  readonly report: (pdu: Report, raw: Buffer, link: string) => Promise<void>;
  /** The link has become able to carry, or its window has room again. */
  readonly changed: () => void;
  readonly tell: (event: LinkEvent) => void;
}

/** SMPP 3.4 as it stands in interface_version; other values get binds refused. */
const INTERFACE_VERSION = 0x34;

/** Keeps one bind alive: connect, bind, and again after a growing, jittered pause, until stopped. */
export class Link {
  readonly name: string;
  readonly mode: BindMode;
  readonly #settings: BindSettings;
  readonly #parts: LinkParts;
  #session: Session | undefined;
  #bound = false;
  #wanted = false;
  #failures = 0;
  #stopTimer: (() => void) | undefined;

  constructor(name: string, mode: BindMode, settings: BindSettings, parts: LinkParts) {
    this.name = name;
    this.mode = mode;
    this.#settings = settings;
    this.#parts = parts;
  }

  /** The session, while it is bound and takes requests. */
  get session(): Session | undefined {
    return this.#bound && this.#session?.open ? this.#session : undefined;
  }

  start(): void {
    this.#wanted = true;
    this.#connect();
  }

  async stop(): Promise<void> {
    this.#wanted = false;
    this.#stopTimer?.();
    if (this.#bound) await this.#session?.unbind();
    this.#session?.destroy("stopped");
  }

  #connect(): void {
    const socket = this.#open();
    let retryIn: number | undefined;
    this.#bound = false;
    const session = new Session(socket, {
      timings: this.#parts.timings,
      timers: this.#parts.timers,
      handlers: {
        report: (pdu, raw) => this.#parts.report(pdu, raw, this.name),
        odd: (what, commandStatus) => {
          this.#parts.tell({ kind: "odd", link: this.name, what, commandStatus });
        },
        closed: (cause) => {
          this.#stopTimer?.();
          this.#bound = false;
          this.#session = undefined;
          this.#parts.tell({ kind: "lost", link: this.name, cause });
          if (this.#wanted) this.#retry(retryIn);
        },
      },
    });
    this.#session = session;
    this.#stopTimer = this.#parts.timers.after(this.#parts.timings.bind, () => {
      session.destroy("no bind in time");
    });
    socket.once(this.#settings.tls ? "secureConnect" : "connect", () => {
      void this.#bind(session).then((wait) => {
        if (wait === undefined) return;
        retryIn = wait;
        session.destroy("the bind was refused");
      });
    });
  }

  #open(): Socket {
    const { host, port, tls } = this.#settings;
    const socket = tls
      ? connectTls({
          host,
          port,
          servername: tls.serverName ?? host,
          rejectUnauthorized: true,
          minVersion: "TLSv1.2",
          ...(tls.ca === undefined ? {} : { ca: tls.ca }),
        })
      : connectTcp({ host, port });
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    return socket;
  }

  /** Undefined when bound or lost, else the pause that a refusal calls for. */
  async #bind(session: Session): Promise<number | undefined> {
    const { systemId, password, systemType, addressRange } = this.#settings;
    const answer = await session.request(`bind_${this.mode}`, {
      systemId,
      password,
      systemType,
      interfaceVersion: INTERFACE_VERSION,
      addrTon: this.#settings.addressTon,
      addrNpi: this.#settings.addressNpi,
      addressRange,
    });
    // What came behind the answer in the same packet may have ended the session already.
    if (answer.kind !== "answered" || this.#session !== session) return undefined;
    const { commandStatus } = answer.pdu;
    if (commandStatus === STATUS.ROK) {
      this.#stopTimer?.();
      this.#bound = true;
      this.#failures = 0;
      this.#parts.tell({ kind: "bound", link: this.name });
      this.#parts.changed();
      return undefined;
    }
    const alarm = isBindRefusal(commandStatus);
    this.#parts.tell({ kind: "bindRefused", link: this.name, commandStatus, alarm });
    const { refusedRetry } = this.#parts.timings;
    return alarm || commandStatus === STATUS.RALYBND ? refusedRetry : this.#backOff();
  }

  #retry(wait = this.#backOff()): void {
    this.#stopTimer = this.#parts.timers.after(wait, () => this.#connect());
  }

  /** Full jitter, so that the replicas of a service do not knock together. */
  #backOff(): number {
    const { firstRetry, longestRetry } = this.#parts.timings;
    const ceiling = Math.min(firstRetry * 2 ** this.#failures, longestRetry);
    this.#failures += 1;
    const chance = this.#parts.random.bytes(4).readUInt32BE(0) / 2 ** 32;
    return Math.ceil(ceiling * (0.1 + 0.9 * chance));
  }
}

/** One line for the log. */
export function describeLinkEvent(event: LinkEvent): string {
  switch (event.kind) {
    case "bound":
      return `${event.link} is bound`;
    case "lost":
      return `${event.link} is down: ${event.cause}`;
    case "bindRefused":
      return `${event.link}: the SMSC refused the bind with ${statusText(event.commandStatus)}`;
    case "odd":
      return `${event.link}: ${event.what} (${statusText(event.commandStatus)})`;
    case "throttled":
      return `${event.link}: the SMSC asks for less (${statusText(event.commandStatus)})`;
  }
}
