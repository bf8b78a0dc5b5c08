import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CONTRACT_NAMESPACE, readContract } from "../../src/soap/contract.ts";
import { withXml } from "../../src/soap/xml/document.ts";
import { childElements, isNamed, type XmlNode } from "../../src/soap/xml/node.ts";
import { systemRandom } from "../../src/system.ts";
import { openDoor, type OpenDoor } from "../support/soap-door.ts";
import { fillIn, normalise } from "./wire.ts";

/**
 * One folder per test: `before.xml` is what has to happen first (sent, and the lifecycle run until
 * nothing is due), `request.xml` is sent, and the answer must be `response.xml` or `fault.xml`.
 * UPDATE_CONTRACT=1 writes the answers: read the difference before you commit it.
 */
const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const CASES = readdirSync(FOLDER).filter((name) => name.includes("__"));
const UPDATE = process.env["UPDATE_CONTRACT"] === "1";

let door: OpenDoor;
const contract = readContract();

beforeAll(async () => {
  door = await openDoor();
});
afterAll(async () => {
  expect(await door.story.integrity()).toEqual([]);
  await door.close();
});

test.each(CASES)("%s", async (name) => {
  const path = (file: string): string => join(FOLDER, name, file);
  const nonce = systemRandom.bytes(16);
  const send = (file: string): Promise<Response> =>
    post(fillIn(readFileSync(path(file), "utf8"), door.story.hands.clock.now(), nonce));
  if (existsSync(path("before.xml"))) {
    const first = await send("before.xml");
    expect({ status: first.status, body: await first.text() }).toMatchObject({ status: 200 });
    await door.story.pass();
  }

  const before = await countMessages();
  const response = await send("request.xml");

  const body = await response.text();
  const isFault = !response.ok;
  const file = path(isFault ? "fault.xml" : "response.xml");
  const kept = normalise(body, readFileSync(path("request.xml"), "utf8"));
  if (UPDATE) writeFileSync(file, kept);
  expect(kept).toBe(readFileSync(file, "utf8"));
  expect(existsSync(path(isFault ? "response.xml" : "fault.xml"))).toBe(false);
  assertContract(body);
  if (isFault) expect(await countMessages()).toBe(before);
});

async function countMessages(): Promise<number> {
  const { rows } = await door.story.database.app.query<{ count: number }>(
    "select (select count(*) from submissions)::int + (select count(*) from messages)::int as count",
  );
  return rows[0]?.count ?? 0;
}

function post(body: string): Promise<Response> {
  const is12 = body.includes("http://www.w3.org/2003/05/soap-envelope");
  const contentType = is12 ? "application/soap+xml; charset=utf-8" : "text/xml; charset=utf-8";
  return fetch(`${door.url}/ws/sms-certificat`, {
    method: "POST",
    headers: { "content-type": contentType },
    body,
  });
}

/** Whatever the answer is, its typed element follows the schema. */
function assertContract(body: string): void {
  const limits = { depth: 64, elements: 10_000, attributes: 1_000 };
  const violations = withXml(Buffer.from(body), { limits }, ({ root }) => {
    const typed = find(root);
    expect(typed).toBeDefined();
    return typed === undefined ? [] : contract.schema.validate(typed);
  });
  expect(violations).toEqual([]);
}

const TYPED = [
  "SendCertifiedSmsResponse",
  "GetStatusResponse",
  "GetCertificateResponse",
  "CancelSmsResponse",
  "SearchMessagesResponse",
  "GetUsageResponse",
  "ServiceFault",
];

function find(node: XmlNode): XmlNode | undefined {
  if (TYPED.some((name) => isNamed(node, CONTRACT_NAMESPACE, name))) return node;
  for (const child of childElements(node)) {
    const found = find(child);
    if (found !== undefined) return found;
  }
  return undefined;
}
