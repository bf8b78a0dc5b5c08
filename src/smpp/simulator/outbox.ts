import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Clock, Timers } from "../../domain/clock.ts";
import type { Connection } from "./connection.ts";
import type { OutgoingReport } from "./receipts.ts";

interface Entry {
  readonly number: number;
  readonly systemId: string;
  /** Milliseconds since 1970. */
  readonly dueAt: number;
  readonly report: OutgoingReport;
}

interface OutboxParts {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Keeps what is not acknowledged in this file, so that a killed simulator goes on. */
  readonly file: string | undefined;
  /** The binds of a client that may receive now. */
  readonly receivers: (systemId: string) => readonly Connection[];
}

/** Reports in flight on one connection. */
const WINDOW = 50;
/** An operator repeats a report that was not taken. */
const REPEAT_AFTER = 1_000;

/** Reports that wait for their time, for a receiver, or for their acknowledgement. */
export class Outbox {
  readonly #parts: OutboxParts;
  readonly #ready: Entry[] = [];
  readonly #sent = new Map<Connection, Map<number, Entry>>();
  readonly #timers = new Set<() => void>();
  #numbers = 0;
  #turn = 0;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
    for (const entry of this.#recover()) this.#schedule(entry);
  }

  /** Not acknowledged yet, whether due or not. */
  get length(): number {
    const sent = [...this.#sent.values()].reduce((sum, entries) => sum + entries.size, 0);
    return this.#ready.length + this.#timers.size + sent;
  }

  add(systemId: string, report: OutgoingReport, delay: number): void {
    const dueAt = this.#parts.clock.now().getTime() + delay;
    const entry = { number: ++this.#numbers, systemId, dueAt, report };
    this.#write({ add: entry });
    this.#schedule(entry);
  }

  /** Sends what is due to whoever may receive it, taking turns among the binds of a client. */
  pump(): void {
    for (const entry of this.#ready.splice(0)) {
      const receivers = this.#parts.receivers(entry.systemId);
      const free = receivers.filter((each) => (this.#sent.get(each)?.size ?? 0) < WINDOW);
      const connection = free[this.#turn++ % Math.max(free.length, 1)];
      if (!connection) {
        this.#ready.push(entry);
        continue;
      }
      const { report } = entry;
      const sequence =
        report.command === "data_sm"
          ? connection.request(report.command, report.fields, report.tlvs)
          : connection.request(report.command, report.fields, report.tlvs);
      const sent = this.#sent.get(connection) ?? new Map<number, Entry>();
      this.#sent.set(connection, sent.set(sequence, entry));
    }
  }

  acknowledged(connection: Connection, sequence: number, commandStatus: number): void {
    const sent = this.#sent.get(connection);
    const entry = sent?.get(sequence);
    if (!entry) return;
    sent?.delete(sequence);
    if (commandStatus === 0) this.#write({ done: entry.number });
    else this.#later(REPEAT_AFTER, entry);
    if (this.#ready.length > 0) this.pump();
  }

  /** What was on its way there goes out again on the next bind. */
  lost(connection: Connection): void {
    const entries = [...(this.#sent.get(connection)?.values() ?? [])];
    this.#sent.delete(connection);
    this.#ready.push(...entries);
    if (entries.length > 0) this.pump();
  }

  stop(): void {
    for (const stop of this.#timers) stop();
    this.#timers.clear();
  }

  #schedule(entry: Entry): void {
    this.#later(Math.max(entry.dueAt - this.#parts.clock.now().getTime(), 0), entry);
  }

  #later(delay: number, entry: Entry): void {
    const stop = this.#parts.timers.after(delay, () => {
      this.#timers.delete(stop);
      this.#ready.push(entry);
      this.pump();
    });
    this.#timers.add(stop);
  }

  #write(line: { readonly add: Entry } | { readonly done: number }): void {
    if (this.#parts.file === undefined) return;
    appendFileSync(this.#parts.file, `${JSON.stringify(line)}\n`);
  }

  #recover(): readonly Entry[] {
    const { file } = this.#parts;
    if (file === undefined || !existsSync(file)) return [];
    const open = new Map<number, Entry>();
    for (const line of readFileSync(file, "utf8").split("\n")) {
      const read = readLine(line);
      if (read?.add) open.set(read.add.number, read.add);
      if (read?.done !== undefined) open.delete(read.done);
    }
    this.#numbers = Math.max(0, ...open.keys());
    writeFileSync(file, [...open.values()].map((add) => `${JSON.stringify({ add })}\n`).join(""));
    return [...open.values()];
  }
}

/** A killed process may leave half a line; octets come back from JSON as Buffers. */
function readLine(line: string): { add?: Entry; done?: number } | undefined {
  try {
    return JSON.parse(line, (_, value: unknown) => {
      const buffer = value as { type?: unknown; data?: unknown } | null;
      return buffer?.type === "Buffer" ? Buffer.from(buffer.data as number[]) : value;
    }) as { add?: Entry; done?: number };
  } catch {
    return undefined;
  }
}
