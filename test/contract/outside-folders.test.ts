import { request as httpRequest } from "node:http";
import { createServer } from "node:net";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createPool } from "../../src/store/connection/database.ts";
import { findCredential } from "../../src/store/parties/users.ts";
import { fillIn } from "./wire.ts";
import { backendOf, openDoor, openReplica, type OpenDoor } from "../support/soap-door.ts";

/** Bad input that no folder can hold. */
const REQUEST = readFileSync(
  fileURLToPath(new URL("SendCertifiedSms__accepted/request.xml", import.meta.url)),
  "utf8",
);
let door: OpenDoor;

beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.close());

function post(body: string | Buffer, url = door.url): Promise<Response> {
  const headers = { "content-type": "text/xml; charset=utf-8" };
  return fetch(`${url}/ws/sms-certificat`, { method: "POST", headers, body });
}

test("a body over 256 KiB is refused, and the next call is served", async () => {
  const response = await post(REQUEST.replace("<text>", `<text>${"a".repeat(256 * 1024)}`));

  expect(response.status).toBe(413);
  expect(await response.text()).toContain("<code>RequestTooLarge</code>");
  expect((await post(REQUEST)).status).toBe(200);
});

test("a body of unknown length is cut off at the limit", async () => {
  const { port } = new URL(door.url);
  const status = await new Promise<number>((resolve, reject) => {
    const call = httpRequest(
      { port, path: "/ws/sms-certificat", method: "POST", headers: { "content-type": "text/xml" } },
      (response) => {
        resolve(response.statusCode ?? 0);
        response.resume();
        call.destroy();
      },
    );
    call.on("error", reject);
    call.write("a".repeat(300 * 1024));
  });
  expect(status).toBe(413);
});

test("while the database is down a call is told to come back, in neutral words", async () => {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  await new Promise((resolve) => probe.close(resolve));
  const nowhere = createPool({ host: "127.0.0.1", port, user: "x" }, () => undefined);
  const backend = backendOf(door.story);
  const cut = await openDoor({
    backend: { ...backend, findCredential: (username) => findCredential(nowhere, username) },
  });
  try {
    const response = await post(REQUEST, cut.url);
    const body = await response.text();
    expect(response.status).toBe(500);
    expect(response.headers.get("retry-after")).toBe("30");
    expect(body).toContain("<faultcode>s:Server</faultcode>");
    expect(body).toContain("<code>Unavailable</code>");
    expect(body).not.toContain("ECONNREFUSED");
  } finally {
    await cut.close();
    await nowhere.end();
  }
});

test("an error that is none of ours leaves as Internal, with nothing of its text", async () => {
  const backend = backendOf(door.story);
  const broken = await openDoor({
    backend: {
      ...backend,
      findCredential: () => Promise.reject(new Error("secret at /srv/app.js:1")),
    },
  });
  try {
    const body = await (await post(REQUEST, broken.url)).text();
    expect(body).toContain("<code>Internal</code>");
    expect(body).not.toMatch(/srv|secret|Error/);
    const [, correlationId] = /<correlationId>(.*)<\/correlationId>/.exec(body) ?? [];
    const told = broken.log.find(({ fields }) => fields.error !== undefined);
    expect(told?.fields.correlationId).toBe(correlationId);
  } finally {
    await broken.close();
  }
});

test("a nonce is used once over all replicas", async () => {
  const digest = readFileSync(
    fileURLToPath(new URL("SendCertifiedSms__password-digest/request.xml", import.meta.url)),
    "utf8",
  );
  const nonce = Buffer.from("once-for-all-replicas");
  const request = fillIn(digest, door.story.context.clock.now(), nonce);
  const replica = await openReplica(door);
  try {
    expect((await post(request)).status).toBe(200);
    const again = await (await post(request, replica.url)).text();
    expect(again).toContain("<code>NotAuthenticated</code>");
    expect(again).toContain("Nonce");
  } finally {
    await replica.close();
  }
});
