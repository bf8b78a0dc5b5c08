/** The part of npm smpp 0.5.1 that the tests use. */
declare module "smpp" {
  import type { Server } from "node:net";

  export interface Pdu {
    readonly command: string;
    command_status: number;
    sequence_number: number;
    response(options?: Record<string, unknown>): Pdu;
    toBuffer(): Buffer;
    [field: string]: unknown;
  }
  export interface Session {
    on(event: string, listener: (pdu: Pdu) => void): void;
    send(pdu: Pdu): boolean;
    close(): void;
    bind_transceiver(options: object, done: (pdu: Pdu) => void): void;
    submit_sm(options: object, done: (pdu: Pdu) => void): void;
    unbind(done?: (pdu: Pdu) => void): void;
  }
  const smpp: {
    PDU: {
      new (command: string, options: object): Pdu;
      fromBuffer(octets: Buffer): Pdu | false;
    };
    createServer(listener: (session: Session) => void): Server;
    connect(options: object): Session;
  };
  export default smpp;
}
