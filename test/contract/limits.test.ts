import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { openServer } from "../../src/https/open-server.ts";
import { refuseRequest } from "../../src/portal/last-answers.ts";
import { systemTimers } from "../../src/system.ts";
import { backendOf, openDoor, type OpenDoor } from "../support/soap-door.ts";

/** Callers who ask for too much, or take too long, on real sockets. */
const REQUEST = readFileSync(
  fileURLToPath(new URL("SendCertifiedSms__accepted/request.xml", import.meta.url)),
  "utf8",
);
const HEAD = `POST /ws/sms-certificat HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml; charset=utf-8\r\n`;
let door: OpenDoor;
beforeAll(async () => {
  const quiet = (): void => undefined;
  const server = openServer(
    {
      tls: undefined,
      proxies: { trusted: [] },
      connections: { headers: 200, request: 400, keepAlive: 200, most: 4 },
    },
    { timers: systemTimers, log: { info: quiet, warn: quiet }, refuse: refuseRequest },
  );
  door = await openDoor(
    { limits: { inFlight: 2, inflatedBytes: 64 * 1024, gatheredBytes: 150_000 } },
    server,
  );
});
afterAll(async () => {
  expect(await door.story.integrity()).toEqual([]);
  await door.close();
});
afterEach(async () => {
  expect((await post(REQUEST)).status).toBe(200);
});

function post(body: string | Buffer, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${door.url}/ws/sms-certificat`, {
    method: "POST",
    headers: { "content-type": "text/xml; charset=utf-8", connection: "close", ...headers },
    body,
  });
}

/** What the server says on a connection until it closes it. */
function heard(speak: (socket: Socket) => void): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(door.url).port), "127.0.0.1", () => speak(socket));
    let text = "";
    socket.on("data", (chunk) => (text += chunk.toString()));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(text));
  });
}

test("whoever never ends the headers is cut off", async () => {
  const answer = await heard((socket) => {
    socket.write(HEAD);
    const drip = setInterval(() => socket.write("X-A: b\r\n"), 20);
    socket.on("close", () => clearInterval(drip));
  });
  expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\nConnection: close\r\n/);
});

test("whoever drips the body is cut off", async () => {
  const answer = await heard((socket) => {
    socket.write(`${HEAD}Content-Length: 5000\r\n\r\n`);
    const drip = setInterval(() => socket.write("<"), 20);
    socket.on("close", () => clearInterval(drip));
  });
  expect(answer).toMatch(/^HTTP\/1\.1 408 |^$/);
});

test("a connection that is kept for nothing is closed", async () => {
  const bytes = Buffer.from(REQUEST);
  const answer = await heard((socket) => {
    socket.write(`${HEAD}Content-Length: ${bytes.length}\r\n\r\n`);
    socket.write(bytes);
  });
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK/);
});

test("what is no HTTP gets few words", async () => {
  const answer = await heard((socket) => socket.write("\x16\x03\x01 hello\r\n\r\n"));
  expect(answer).toBe(
    "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\n400\n",
  );
});

test("headers without an end are cut off", async () => {
  const answer = await heard((socket) => socket.write(`${HEAD}X-A: ${"a".repeat(20_000)}\r\n\r\n`));
  expect(answer).toMatch(/^HTTP\/1\.1 431 Request Header Fields Too Large\r\n/);
  expect(answer).not.toContain("aaa");
});

test.each([
  ["two lengths", "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"],
  ["a length and chunks", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
  ["chunks said twice", "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"],
  ["chunks said otherwise", "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"],
  ["a length with a sign", "Content-Length: +5\r\n\r\nhello"],
  ["a header folded", "X-A: b\r\n c\r\nContent-Length : 5\r\n\r\nhello"],
  ["bare line ends", "X-A: b\nX-B: c\n\n"],
  ["a chunk that is no number", "Transfer-Encoding: chunked\r\n\r\nzz\r\n"],
])("%s: nothing is smuggled behind it", async (_what, rest) => {
  const behind = `GET /ws/sms-certificat?wsdl HTTP/1.1\r\nHost: x\r\n\r\n`;
  const answer = await heard((socket) => socket.write(`${HEAD}${rest}${behind}`));
  expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nConnection: close\r\n/);
  expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
});

test("connections beyond the limit are refused, and the others are served", async () => {
  const open: Socket[] = [];
  const ended = await Promise.all(
    Array.from({ length: 8 }, () =>
      heard((socket) => {
        open.push(socket);
        socket.write(HEAD);
      }),
    ),
  );
  expect(ended.filter((text) => text.startsWith("HTTP/1.1 408"))).toHaveLength(4);
});

test("bodies on their way have so much room together, and whoever comes later is told to come back", async () => {
  const half = (): Promise<string> =>
    heard((socket) => {
      socket.write(`${HEAD}Content-Length: 120000\r\n\r\n${"a".repeat(80_000)}`);
    });
  const answers = await Promise.all([half(), half()]);
  const refused = answers.filter((answer) => answer.includes("<code>TooManyRequests</code>"));
  expect(refused).toHaveLength(1);
  expect(refused[0]).toMatch(/^connection: close\r$/im);
  // The other one was cut off, and what it had gathered counts no more: afterEach is served.
});

test("a body that inflates beyond the limit", async () => {
  const swollen = gzipSync(REQUEST.replace("<text>", `<text>${"a".repeat(64 * 1024)}`));
  const response = await post(swollen, { "content-encoding": "gzip" });
  expect(response.status).toBe(413);
  expect(await response.text()).toContain("El màxim és de 64 KiB.");
});

test("calls beyond those in flight are told when to come back", async () => {
  const status = readFileSync(
    fileURLToPath(new URL("GetStatus__unknown/request.xml", import.meta.url)),
    "utf8",
  );
  let release = (): void => undefined;
  let arrived = 0;
  let bothArrived = (): void => undefined;
  const both = new Promise<void>((resolve) => (bothArrived = resolve));
  const held = new Promise<void>((resolve) => (release = resolve));
  const real = backendOf(door.story);
  const busy = await openDoor({
    limits: { inFlight: 2 },
    backend: {
      ...real,
      async findCredential(username) {
        arrived += 1;
        if (arrived === 2) bothArrived();
        await held;
        return real.findCredential(username);
      },
    },
  });
  const ask = (): Promise<Response> =>
    fetch(`${busy.url}/ws/sms-certificat`, {
      method: "POST",
      headers: { "content-type": "text/xml; charset=utf-8" },
      body: status,
    });
  try {
    const first = [ask(), ask()];
    await both;
    const third = await ask();
    const body = await third.text();
    expect(third.headers.get("retry-after")).toBe("5");
    expect(body).toContain("<code>TooManyRequests</code>");
    expect(body).toContain("Hi ha massa peticions alhora.</ca>");
    expect(body).toContain("<retryAfterSeconds>5</retryAfterSeconds>");
    release();
    expect((await Promise.all(first)).map((each) => each.status)).toEqual([200, 200]);
    expect((await ask()).status).toBe(200);
  } finally {
    release();
    await busy.close();
  }
});

test("an entity beyond its rate is told when to come back, and only that entity", async () => {
  await door.story.database.owner.query("update entities set calls_per_second = 1 where enabled");
  const codes: (string | undefined)[] = [];
  let last = await post(REQUEST);
  for (let calls = 1; calls < 12; calls += 1) {
    codes.push(/<code>(\w+)</.exec(await last.text())?.[1]);
    last = await post(REQUEST);
  }
  expect(last.headers.get("retry-after")).toBe("1");
  expect(await last.text()).toContain("<retryAfterSeconds>1</retryAfterSeconds>");
  expect(codes.slice(0, 8)).toEqual(Array(8).fill(undefined));
  const other = await post(REQUEST.replace(">demo<", ">no-contract<"));
  expect(await other.text()).toContain("<code>NotAuthorised</code>");
  await door.story.hands.advance(3_000);
});
