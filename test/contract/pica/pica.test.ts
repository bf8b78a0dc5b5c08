import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemRandom } from "../../../src/system.ts";
import { openDoor, type OpenDoor } from "../../support/soap-door.ts";
import { fillIn, normalise } from "../wire.ts";

/**
 * One folder per test, `<door>__<case>`: `before.xml` is what has to happen first (sent to the same door,
 * or to the one in its name: `before.Asincron.xml`, `before.1.Sincron.xml`; then the lifecycle runs until nothing is due),
 * `request.xml` is sent, and the answer must be `response.xml` or `fault.xml`. The door checks each
 * answer against its schema. UPDATE_CONTRACT=1 writes the answers: read the difference.
 */
const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const CASES = readdirSync(FOLDER).filter((name) => name.includes("__"));
const UPDATE = process.env["UPDATE_CONTRACT"] === "1";

/** What differs from run to run. */
const CHANGING =
  /<(IdMissatge|TimeStamp|Data|Data[A-Z]\w+|IdOperador|Sha256|Csv|UrlVerificacio|UrlDescarrega|Document|Causa|correlationId)>([^<]*)</g;

let door: OpenDoor;

beforeAll(async () => {
  door = await openDoor();
});
afterAll(async () => {
  expect(await door.story.integrity()).toEqual([]);
  await door.close();
});

test.each(CASES)("%s", async (name) => {
  const read = (file: string): string => readFileSync(join(FOLDER, name, file), "utf8");
  const nonce = systemRandom.bytes(16);
  const now = door.story.hands.clock.now();
  const own = name.slice(0, name.indexOf("__"));
  for (const file of readdirSync(join(FOLDER, name)).filter((each) => each.startsWith("before"))) {
    const [, other] = /^before(?:\.\d)?\.([^\d].+)\.xml$/.exec(file) ?? [];
    const first = await post(other ?? own, fillIn(read(file), now, nonce));
    expect({ status: first.status, body: await first.text() }).toMatchObject({ status: 200 });
    await door.story.pass();
  }
  const isRefused = /0502|<Errors>/;
  const before = await countMessages();

  const response = await post(own, fillIn(read("request.xml"), now, nonce));

  const body = await response.text();
  const file = response.ok ? "response.xml" : "fault.xml";
  const kept = normalise(body, read("request.xml"), CHANGING);
  if (UPDATE) writeFileSync(join(FOLDER, name, file), kept);
  expect(kept).toBe(read(file));
  expect(existsSync(join(FOLDER, name, response.ok ? "fault.xml" : "response.xml"))).toBe(false);
  if (!response.ok || isRefused.test(body)) expect(await countMessages()).toBe(before);
});

async function countMessages(): Promise<number> {
  const { rows } = await door.story.database.app.query<{ count: number }>(
    "select count(*)::int as count from messages",
  );
  return rows[0]?.count ?? 0;
}

function post(place: string, body: string): Promise<Response> {
  return fetch(`${door.url}/ws/pica/${place.replace(".", "/")}`, {
    method: "POST",
    headers: { "content-type": "text/xml; charset=utf-8" },
    body,
  });
}
