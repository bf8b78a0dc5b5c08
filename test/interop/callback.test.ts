import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import { createServer as createSocketServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCallbackClient } from "../../src/callback/callback-client.ts";
import { CALLBACK_EVENTS, type CallbackNotice } from "../../src/domain/callback.ts";
import { encryptSecret, decryptSecret } from "../../src/domain/secret.ts";
import { callBack } from "../../src/lifecycle/call-back.ts";
import { readCondition } from "../../src/store/condition.ts";
import {
  listCallbacks,
  readCallbackBacklog,
  readUntold,
  requeueCallbacks,
  saveCallback,
  type Callback,
} from "../../src/store/parties/callbacks.ts";
import { systemClock, systemRandom } from "../../src/system.ts";
import { startChild, type Child } from "../support/child.ts";
import { peer } from "../support/peers.ts";
import { HOURS, startStory, type Story } from "../support/story.ts";

const SECRET = "secret-of-the-endpoint";
const KEY = Buffer.alloc(32, 3);
const CLIENTS = join(import.meta.dirname, "clients");
const WSDL = join(import.meta.dirname, "../../wsdl/callback/notify-message-event.wsdl");
const SWITCHING = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n";
const loopback = { allowedNetworks: ["127.0.0.0/8"], allowHttp: true };

let story: Story;
beforeAll(async () => {
  // The endpoints run on the real clock: signatures carry its time.
  const client = createCallbackClient(loopback, systemClock);
  const decrypt = (encrypted: Buffer): string => decryptSecret(encrypted, KEY);
  story = await startStory({ callbacks: { client, decrypt } });
});
afterAll(async () => {
  expect(await story.integrity()).toEqual([]);
  await story.close();
});

async function register(url: string, more: Partial<Callback> = {}): Promise<void> {
  const { context, caller } = story;
  await saveCallback(context.db, {
    entityId: caller.entity.entityId,
    style: "json",
    url,
    events: CALLBACK_EVENTS,
    security: "hmac",
    username: undefined,
    encryptedSecret: encryptSecret(SECRET, KEY, systemRandom),
    enabled: true,
    ...more,
  });
}

/** Tells until nothing is due. */
async function tellAll(): Promise<void> {
  while ((await callBack(story.context)) > 0);
}

const backlog = () => readCallbackBacklog(story.context.db, story.caller.entity.entityId);

test("whoever has no endpoint costs nothing: no event is kept", async () => {
  await story.accept("nobody", "+34600100000");
  await story.pass();
  expect(await backlog()).toMatchObject({ waiting: 0, dead: 0 });
});

peer("php")("a SOAP endpoint in PHP", () => {
  let folder: string;
  let server: Child;
  let log: string;
  let url: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "sms-certificat-callback-"));
    log = join(folder, "events.jsonl");
    const port = await freePort();
    url = `http://127.0.0.1:${port}/`;
    server = startChild("env", [
      `CALLBACK_WSDL=${WSDL}`,
      `CALLBACK_SECRET=${SECRET}`,
      `CALLBACK_LOG=${log}`,
      ...["php", "-S", `127.0.0.1:${port}`, join(CLIENTS, "callback_receiver.php")],
    ]);
    await server.line(/Development Server .* started/);
    await register(url, {
      style: "soap",
      security: "passwordText",
      username: "sms-certificat",
    });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  test("is told everything, in order", async () => {
    await story.accept("php", "+34600100000");
    await story.pass();
    await tellAll();
    const events = readFileSync(log, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { event: string; certificate?: { csv: string } });
    expect(events.map(({ event }) => event)).toEqual(["relayed", "delivered", "certificateIssued"]);
    const certificate = await story.certificate("php");
    if (certificate.state !== "issued") throw new Error("not issued");
    expect(events.at(-1)?.certificate?.csv).toBe(certificate.csv);
    expect(await backlog()).toMatchObject({ waiting: 0, dead: 0 });
  });

  test("that refuses us is asked again", async () => {
    await register(url, {
      style: "soap",
      security: "passwordText",
      username: "somebody-else",
    });
    await story.accept("php-refuses", "+34600100000");
    await story.pass();
    await tellAll();
    expect(await backlog()).toMatchObject({
      waiting: 3,
      cause: "the endpoint answers with a fault",
    });
    await story.context.db.query("delete from callback_events");
  });
});

test("a JSON endpoint checks the signature and is told everything, in order", async () => {
  const receiver = startChild(process.execPath, [join(CLIENTS, "callback-receiver.mjs"), SECRET]);
  const port = (await receiver.line(/^port (\d+)$/))[1] ?? "";
  await register(`http://127.0.0.1:${port}/events`);
  await story.accept("json", "+34600100000");
  await story.pass();
  await tellAll();
  await receiver.line(/certificateIssued/);
  const told = receiver.lines.slice(1).map((line) => (JSON.parse(line) as { event: string }).event);
  expect(told).toEqual(["relayed", "delivered", "certificateIssued"]);
  await receiver.stop();
});

describe("an unkind endpoint", () => {
  let server: Server;
  let behaviour: (response: ServerResponse) => void;
  let asked: number;

  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume().on("end", () => {
        asked += 1;
        behaviour(response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  beforeEach(() => {
    asked = 0;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const notice: CallbackNotice = {
    eventId: "00000000-0000-8000-8000-000000000000",
    event: "delivered",
    at: new Date(),
    nif: "S0811001G",
    messageId: "00000000-0000-7000-8000-000000000000" as CallbackNotice["messageId"],
    clientReference: "<&>\u0001",
    stage: "delivered",
    certificate: undefined,
  };

  test.each<[string, (response: ServerResponse) => void]>([
    ["says 500", (response) => response.writeHead(500).end("<html>")],
    ["redirects", (response) => response.writeHead(302, { location: "http://127.0.0.1/" }).end()],
    ["closes", (response) => response.destroy()],
    ["switches protocols", ({ socket }) => socket?.end(SWITCHING)],
    ["answers without an end", endless],
  ])("that %s has not taken it", async (_what, does) => {
    behaviour = does;
    for (const style of ["json", "soap"] as const) {
      const security =
        style === "json" ? ({ kind: "hmac", secret: "x" } as const) : ({ kind: "none" } as const);
      const target = { entityId: story.caller.entity.entityId, style, url: url(), security };
      const problem = await createCallbackClient(loopback, systemClock).tell(target, notice);
      expect(problem).toEqual(expect.any(String));
      expect(problem).not.toContain("<html>");
    }
    expect(asked).toBe(2);
  });

  test("is asked for three days, in order, and then a person sees it", async () => {
    await story.context.db.query("delete from callback_events");
    behaviour = (response) => response.writeHead(503).end();
    await register(url(), { events: ["delivered", "certificateIssued"] });
    await story.accept("unkind", "+34600100000");
    await story.pass();
    await callBack(story.context);
    // The second event waits for the first.
    expect(asked).toBe(1);
    expect(await readUntold(story.context.db)).toMatchObject({ waiting: 2, dead: 0 });
    for (let hour = 0; hour < 76; hour += 1) {
      await story.hands.advance(HOURS);
      await callBack(story.context);
    }
    expect(asked).toBeGreaterThan(40);
    expect(await backlog()).toMatchObject({
      waiting: 0,
      dead: 2,
      cause: "the endpoint answers 503",
    });
    const { callbacks } = await readCondition(story.context.db, story.hands.clock);
    expect(callbacks).toEqual({ waiting: 0, dead: 2, oldestAt: undefined });
    expect(await listCallbacks(story.context.db)).toEqual([
      {
        entity: story.caller.entity.nif,
        style: "json",
        enabled: true,
        waiting: 0,
        givenUp: 2,
        cause: "the endpoint answers 503",
      },
    ]);
    behaviour = (response) => response.writeHead(200).end();
    const { context, caller, hands } = story;
    expect(await requeueCallbacks(context.db, caller.entity.entityId, hands.clock.now())).toBe(2);
    await tellAll();
    expect(await backlog()).toMatchObject({ waiting: 0, dead: 0 });
  });

  test("in our own network is never called, by whatever name", async () => {
    const client = createCallbackClient({ allowedNetworks: [], allowHttp: true }, systemClock);
    const { port } = server.address() as AddressInfo;
    for (const host of [
      "127.0.0.1",
      "localhost",
      "[::1]",
      "[::ffff:127.0.0.1]",
      "2130706433",
      "0x7f.1",
    ]) {
      const target = {
        entityId: story.caller.entity.entityId,
        style: "json",
        url: `http://${host}:${port}/`,
        security: { kind: "hmac", secret: "x" },
      } as const;
      expect(await client.tell(target, notice)).toMatch(/ForbiddenAddress/);
    }
    expect(asked).toBe(0);
    const strict = createCallbackClient({ ...loopback, allowHttp: false }, systemClock);
    const target = {
      entityId: story.caller.entity.entityId,
      style: "json",
      url: url(),
      security: { kind: "hmac", secret: "x" },
    } as const;
    expect(await strict.tell(target, notice)).toBe("the endpoint has no TLS");
  });
});

function endless(response: ServerResponse): void {
  const more = (): void => {
    while (!response.destroyed && response.write(Buffer.alloc(16_384, 0x20)));
  };
  response.on("drain", more);
  response.on("error", () => undefined);
  more();
}

async function freePort(): Promise<number> {
  const probe = createSocketServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
