import { connect, type Socket } from "node:net";

/** A back office in a process of its own that sends as much as it is told: SOAP over raw sockets. */
export interface Load {
  readonly port: number;
  readonly connections: number;
  readonly milliseconds: number;
  /** Calls a second; as many as are answered when absent. */
  readonly rate?: number;
  /** Written into each call instead of `@@@@@@@@@@@@`: twelve digits, never the same. */
  readonly first: number;
  readonly body: string;
  /** Must stand in every answer. */
  readonly expected: string;
}

export interface LoadResult {
  readonly calls: number;
  readonly perSecond: number;
  /** From when the call was due to its whole answer, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** CPU time that the load itself took for each call, in microseconds. */
  readonly cpu: number;
}

const MARK = "@@@@@@@@@@@@";

if (process.send) {
  process.on("message", (load: Load) => {
    run(load).then(
      (result) => process.send?.(result),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
  process.on("disconnect", () => process.exit());
}

async function run(load: Load): Promise<LoadResult> {
  const request = requestOf(load);
  const clients = await Promise.all(
    Array.from({ length: load.connections }, () => open(load.port, load.expected)),
  );
  const took: number[] = [];
  let number = load.first;
  const used = process.cpuUsage();
  const start = performance.now();
  const end = start + load.milliseconds;
  const send = async (client: Client, due: number): Promise<void> => {
    await client.call(request(number++));
    took.push(performance.now() - due);
  };
  if (load.rate === undefined) {
    await Promise.all(
      clients.map(async (client) => {
        for (let now = start; now < end; now = performance.now()) await send(client, now);
      }),
    );
  } else {
    await paced(clients, { start, end, every: 1_000 / load.rate }, send);
  }
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(used);
  for (const client of clients) client.close();
  took.sort((a, b) => a - b);
  const at = (share: number): number => took[Math.floor(took.length * share)] ?? Infinity;
  return {
    calls: took.length,
    perSecond: took.length / seconds,
    p50: at(0.5),
    p99: at(0.99),
    cpu: (user + system) / took.length,
  };
}

/** Calls fall due whether or not the ones before are answered; one that finds no connection waits. */
async function paced(
  clients: readonly Client[],
  { start, end, every }: { start: number; end: number; every: number },
  send: (client: Client, due: number) => Promise<void>,
): Promise<void> {
  const free = [...clients];
  const running = new Set<Promise<void>>();
  for (let due = start; due < end;) {
    while (due <= performance.now() && due < end && free.length > 0) {
      const client = free.pop() as Client;
      const call = send(client, due).finally(() => {
        free.push(client);
        running.delete(call);
      });
      running.add(call);
      due += every;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(running);
}

/** Every request is the same but for its number. */
function requestOf({ port, body }: Load): (number: number) => Buffer {
  const head = [
    "POST /ws/sms-certificat HTTP/1.1",
    `host: 127.0.0.1:${port}`,
    "content-type: text/xml; charset=utf-8",
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  const template = Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`);
  const places: number[] = [];
  for (let at = template.indexOf(MARK); at >= 0; at = template.indexOf(MARK, at + 1)) {
    places.push(at);
  }
  return (number) => {
    const request = Buffer.from(template);
    const digits = String(number).padStart(MARK.length, "0");
    for (const place of places) request.write(digits, place, "latin1");
    return request;
  };
}

interface Client {
  call(request: Buffer): Promise<void>;
  close(): void;
}

async function open(port: number, expected: string): Promise<Client> {
  const socket: Socket = connect({ host: "127.0.0.1", port, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve).once("error", reject);
  });
  let answer = "";
  let ended: { resolve: () => void; reject: (error: Error) => void } | undefined;
  socket.setEncoding("latin1");
  socket.on("error", (error) => ended?.reject(error));
  socket.on("close", () => ended?.reject(new Error("the connection was closed")));
  socket.on("data", (chunk: string) => {
    answer += chunk;
    const body = answer.indexOf("\r\n\r\n") + 4;
    const length = Number(/content-length: (\d+)/i.exec(answer)?.[1]);
    if (body < 4 || answer.length < body + length) return;
    if (answer.includes(expected)) ended?.resolve();
    else ended?.reject(new Error(answer));
    answer = "";
  });
  return {
    call: (request) =>
      new Promise((resolve, reject) => {
        ended = { resolve, reject };
        socket.write(request);
      }),
    close: () => socket.destroy(),
  };
}
