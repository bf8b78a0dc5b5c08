import { createServer, type AddressInfo, type Socket } from "node:net";
import { FrameReader } from "../../src/smpp/link/frames.ts";
import { decodePdu, encodePdu, type Pdu } from "../../src/smpp/pdu.ts";
import { answerTo } from "../../src/smpp/commands.ts";

/** An SMSC that does only what the test says; binds, enquire_link and unbind are answered. */
export interface ScriptedSmsc {
  readonly port: number;
  /** What has come that the script answers, in order. */
  readonly seen: Pdu[];
  /** The newest connection. */
  socket(): Socket;
  close(): Promise<void>;
}

export async function startScriptedSmsc(
  script: (pdu: Pdu, socket: Socket) => void = () => undefined,
  options: {
    readonly deaf?: boolean;
    /** What stands in one packet with the answer to a bind, behind it. */
    readonly behindBind?: () => Buffer;
  } = {},
): Promise<ScriptedSmsc> {
  const seen: Pdu[] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    const reader = new FrameReader();
    sockets.push(socket);
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk: Buffer) => {
      for (const frame of reader.push(chunk)) {
        const decoded = decodePdu(frame);
        if (decoded.kind !== "pdu") throw new Error("the client sends rubbish");
        const { pdu } = decoded;
        const answer = answerTo(pdu.command);
        const habit = /^(bind_|unbind$|enquire_link$)/.test(pdu.command);
        if (habit && answer && !(options.deaf && pdu.command === "enquire_link")) {
          const { sequence } = pdu;
          const octets = encodePdu(answer, { sequence }, { systemId: "SCRIPT" } as never);
          const behind = pdu.command.startsWith("bind_") ? options.behindBind?.() : undefined;
          socket.write(behind ? Buffer.concat([octets, behind]) : octets);
        } else {
          seen.push(pdu);
          script(pdu, socket);
        }
      }
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    socket: () => sockets.at(-1)!,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

/** Answers a submit_sm. */
export function take(pdu: Pdu, socket: Socket, messageId: string, commandStatus = 0): void {
  const header = { sequence: pdu.sequence, commandStatus };
  socket.write(encodePdu("submit_sm_resp", header, { messageId }));
}
