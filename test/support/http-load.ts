import { connect, type Socket } from "node:net";

const AT_ONCE = 16;

/**
 * Sends a request again and again, on connections of its own; resolves when the last is answered.
 *
 * The client costs less than any server that it measures, so that the server is what is waited for; and
 * it never sleeps, because waking a process is paid by the one that writes to it, and the client of a
 * slow server would sleep more than that of a fast one.
 */
export async function load(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
  calls: number,
): Promise<void> {
  const head = [
    `POST ${path} HTTP/1.1`,
    "Host: 127.0.0.1",
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${body.length}`,
  ];
  const message = Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), body]);
  const lanes = await Promise.all(Array.from({ length: AT_ONCE }, () => openLane(port)));
  let awake = true;
  const stayAwake = (): void => {
    if (awake) setImmediate(stayAwake);
  };
  stayAwake();
  let left = calls;
  const drive = async ({ send }: { send: Lane }): Promise<void> => {
    while (left-- > 0) await send(message);
  };
  try {
    await Promise.all(lanes.map(drive));
  } finally {
    awake = false;
    for (const { socket } of lanes) socket.destroy();
  }
}

type Lane = (message: Buffer) => Promise<void>;

async function openLane(port: number): Promise<{ socket: Socket; send: Lane }> {
  const socket = connect(port, "127.0.0.1");
  socket.setNoDelay(true);
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  let answered: (() => void) | undefined;
  let failed: ((error: Error) => void) | undefined;
  let isDone: ((chunk: Buffer) => boolean) | undefined;
  socket.on("data", (chunk) => {
    try {
      isDone ??= readHead(chunk);
      if (!isDone(chunk)) return;
      isDone = undefined;
      answered?.();
    } catch (error) {
      failed?.(error as Error);
    }
  });
  socket.on("close", () => failed?.(new Error("the server closed the connection")));
  const send: Lane = (message) =>
    new Promise((resolve, reject) => {
      answered = resolve;
      failed = reject;
      socket.write(message);
    });
  return { socket, send };
}

/** From the first piece of an answer, how to tell that it is complete. */
function readHead(first: Buffer): (chunk: Buffer) => boolean {
  const end = first.indexOf("\r\n\r\n");
  const head = first.subarray(0, Math.max(end, 0)).toString("latin1");
  if (!head.startsWith("HTTP/1.1 200")) throw new Error(`answered ${first.toString()}`);
  const [, length] = /content-length: (\d+)/i.exec(head) ?? [];
  if (length === undefined) return (chunk) => chunk.subarray(-5).equals(LAST_CHUNK);
  let left = end + 4 + Number(length);
  return (chunk) => (left -= chunk.length) === 0;
}

const LAST_CHUNK = Buffer.from("0\r\n\r\n");
