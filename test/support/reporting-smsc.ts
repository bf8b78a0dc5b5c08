import { createServer, type AddressInfo, type Socket } from "node:net";
import { encodeReport } from "./delivery-report.ts";

/** An SMSC in a process of its own that reports deliveries as fast as they are acknowledged. */
export interface Reports {
  readonly about: readonly Taken[];
  /** On each bind, before the first is acknowledged. */
  readonly inFlight: number;
  /** The binds that there must be. */
  readonly binds: number;
}

/** A segment that this SMSC is supposed to have taken. */
export interface Taken {
  /** Ten digits. */
  readonly id: string;
  /** Eleven digits. */
  readonly recipient: string;
}

export interface ReportsResult {
  readonly perSecond: number;
  /** From a report to its acknowledgement, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

const HEADER = 16;
const ID_MARK = "@@@@@@@@@@";
const RECIPIENT_MARK = "34#########";

interface Bind {
  readonly socket: Socket;
  acknowledged: (sequence: number) => void;
}

const binds: Bind[] = [];

if (process.send) {
  process.on("message", (reports: Reports) => {
    run(reports).then(
      (result) => process.send?.(result),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
  process.on("disconnect", () => process.exit());
  const server = createServer(serve);
  server.listen(0, "127.0.0.1", () => {
    process.send?.({ port: (server.address() as AddressInfo).port });
  });
}

function serve(socket: Socket): void {
  let rest = Buffer.alloc(0);
  const bind: Bind = { socket, acknowledged: () => undefined };
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: Buffer) => {
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    while (data.length - at >= HEADER) {
      const length = data.readUInt32BE(at);
      if (data.length - at < length) break;
      const command = data.readUInt32BE(at + 4);
      const sequence = data.readUInt32BE(at + 12);
      if (command === 0x80000005) {
        if (data.readUInt32BE(at + 8) !== 0) throw new Error("a report was not taken");
        bind.acknowledged(sequence);
      } else if (command === 0x01 || command === 0x02 || command === 0x09) {
        answer(socket, command, sequence, Buffer.from("BENCH\0"));
        binds.push(bind);
      } else if (command < 0x80000000) answer(socket, command, sequence, Buffer.alloc(0));
      at += length;
    }
    rest = Buffer.from(data.subarray(at));
  });
}

function answer(socket: Socket, command: number, sequence: number, body: Buffer): void {
  const header = Buffer.alloc(HEADER);
  header.writeUInt32BE(HEADER + body.length, 0);
  header.writeUInt32BE(0x80000000 + command, 4);
  header.writeUInt32BE(sequence, 12);
  socket.write(Buffer.concat([header, body]));
}

async function run(reports: Reports): Promise<ReportsResult> {
  while (binds.length < reports.binds) await new Promise((resolve) => setTimeout(resolve, 20));
  const template = encodeReport({ id: ID_MARK, sourceAddr: RECIPIENT_MARK });
  const idAt = template.indexOf(ID_MARK);
  const recipientAt = template.indexOf(RECIPIENT_MARK);
  const took: number[] = [];
  let next = 0;
  const start = performance.now();
  await Promise.all(
    binds.slice(0, reports.binds).map(
      (bind) =>
        new Promise<void>((resolve) => {
          const sentAt = new Map<number, number>();
          const send = (): void => {
            const taken = reports.about[next];
            if (!taken) return;
            next += 1;
            const sequence = next;
            const pdu = Buffer.from(template);
            pdu.writeUInt32BE(sequence, 12);
            pdu.write(taken.id, idAt, "latin1");
            pdu.write(taken.recipient, recipientAt, "latin1");
            sentAt.set(sequence, performance.now());
            bind.socket.write(pdu);
          };
          bind.acknowledged = (sequence) => {
            took.push(performance.now() - (sentAt.get(sequence) ?? 0));
            sentAt.delete(sequence);
            send();
            if (sentAt.size === 0) resolve();
          };
          bind.socket.cork();
          for (let sent = 0; sent < reports.inFlight; sent += 1) send();
          bind.socket.uncork();
        }),
    ),
  );
  const seconds = (performance.now() - start) / 1_000;
  took.sort((a, b) => a - b);
  const at = (share: number): number => took[Math.floor(took.length * share)] ?? Infinity;
  return { perSecond: took.length / seconds, p50: at(0.5), p99: at(0.99) };
}
