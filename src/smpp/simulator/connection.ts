import type { Socket } from "node:net";
import { answerTo, type CommandName, type FieldsOf } from "../commands.ts";
import { STATUS } from "../command-status.ts";
import { FrameReader } from "../link/frames.ts";
import { decodePdu, encodePdu, type Pdu, type PduOf, type Tlv } from "../pdu.ts";

export interface ConnectionHandlers {
  /** The command_status of the bind. */
  bind(systemId: string, password: string): number;
  bound(connection: Connection): void;
  submit(connection: Connection, pdu: PduOf<"submit_sm">): void;
  query(connection: Connection, pdu: PduOf<"query_sm">): void;
  /** The client's answer to a deliver_sm or data_sm. */
  acknowledged(connection: Connection, sequence: number, commandStatus: number): void;
  closed(connection: Connection): void;
}

/** The SMSC's end of one connection; reads and writes, decides nothing. */
export class Connection {
  readonly #socket: Socket;
  readonly #handlers: ConnectionHandlers;
  readonly #reader = new FrameReader();
  #sequence = 0;
  #systemId: string | undefined;
  #receives = false;

  constructor(socket: Socket, handlers: ConnectionHandlers) {
    this.#socket = socket;
    this.#handlers = handlers;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => handlers.closed(this));
  }

  get systemId(): string | undefined {
    return this.#systemId;
  }

  /** Bound so that reports may come this way. */
  get receives(): boolean {
    return this.#receives && this.#socket.writable;
  }

  /** Sends a request; returns its sequence_number. */
  request<Name extends CommandName>(
    command: Name,
    fields: FieldsOf<Name>,
    tlvs: readonly Tlv[] = [],
  ): number {
    this.#sequence += 1;
    this.#socket.write(encodePdu(command, { sequence: this.#sequence }, fields, tlvs));
    return this.#sequence;
  }

  answer<Name extends CommandName>(
    command: Name,
    sequence: number,
    commandStatus: number,
    fields: FieldsOf<Name>,
  ): void {
    if (!this.#socket.writable) return;
    this.#socket.write(encodePdu(command, { sequence, commandStatus }, fields));
  }

  /** Asks the client to leave, as an SMSC does before maintenance. */
  unbind(): void {
    this.#receives = false;
    if (this.#socket.writable) this.request("unbind", {});
  }

  cut(): void {
    this.#receives = false;
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    try {
      for (const frame of this.#reader.push(chunk)) {
        const decoded = decodePdu(frame);
        if (decoded.kind === "pdu") {
          this.#receive(decoded.pdu);
        } else {
          const status = decoded.kind === "unknown" ? STATUS.RINVCMDID : decoded.commandStatus;
          this.answer("generic_nack", decoded.sequence, status, {});
        }
      }
    } catch {
      this.answer("generic_nack", 0, STATUS.RINVCMDLEN, {});
      this.#socket.destroySoon();
    }
  }

  #receive(pdu: Pdu): void {
    switch (pdu.command) {
      case "bind_receiver":
      case "bind_transceiver":
      case "bind_transmitter":
        this.#bind(pdu);
        return;
      case "submit_sm":
        if (this.#systemId !== undefined) this.#handlers.submit(this, pdu);
        else this.answer("submit_sm_resp", pdu.sequence, STATUS.RINVBNDSTS, { messageId: "" });
        return;
      case "query_sm":
        this.#handlers.query(this, pdu);
        return;
      case "enquire_link":
        this.answer("enquire_link_resp", pdu.sequence, STATUS.ROK, {});
        return;
      case "unbind":
        this.#receives = false;
        this.answer("unbind_resp", pdu.sequence, STATUS.ROK, {});
        this.#socket.end();
        return;
      case "unbind_resp":
        this.#socket.end();
        return;
      case "deliver_sm_resp":
      case "data_sm_resp":
      case "generic_nack":
        this.#handlers.acknowledged(this, pdu.sequence, pdu.commandStatus);
        return;
      default:
        if (answerTo(pdu.command)) {
          this.answer("generic_nack", pdu.sequence, STATUS.RINVCMDID, {});
        }
    }
  }

  #bind(pdu: PduOf<"bind_receiver"> | PduOf<"bind_transceiver"> | PduOf<"bind_transmitter">): void {
    const { systemId, password } = pdu.fields;
    const commandStatus =
      this.#systemId === undefined ? this.#handlers.bind(systemId, password) : STATUS.RALYBND;
    this.answer(`${pdu.command}_resp`, pdu.sequence, commandStatus, { systemId: "SIMULATOR" });
    if (commandStatus !== STATUS.ROK) return;
    this.#systemId = systemId;
    this.#receives = pdu.command !== "bind_transmitter";
    this.#handlers.bound(this);
  }
}
