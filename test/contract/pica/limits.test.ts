import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { enviament, petition, postBus, question } from "../../support/bus-messages.ts";
import { envelope } from "../../support/soap-call.ts";
import { openDoor, SECRET, type OpenDoor } from "../../support/soap-door.ts";

/** How much the doors of the bus take, to the byte and to the request; the typed port has its own limit. */
const ACCOUNT = { username: "demo", secret: SECRET };
const MIB = 1024 * 1024;
const read = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`${name}/request.xml`, import.meta.url)), "utf8");

let door: OpenDoor;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(async () => {
  expect(await door.story.integrity()).toEqual([]);
  await door.close();
});

/** The same message in so many bytes. */
function swollen(message: string, bytes: number): string {
  const room = bytes - Buffer.byteLength(message);
  return message.replace(/(?=<\/\w+:Envelope>)/, " ".repeat(room));
}

const one = [enviament("1", "+34600100404", "Avís")];
const plain = (body: string): string => envelope(ACCOUNT, body);
const DOORS: readonly (readonly [place: string, message: string])[] = [
  ["Sincron", plain(petition("size-1", one))],
  ["Asincron", plain(petition("size-2", one))],
  ["AsincronResposta", plain(question("size-2"))],
  ["services/SMSCERT_ENVIAMENT", read("services.SMSCERT_ENVIAMENT__accepted")],
];

test.each(DOORS)("%s takes 2 MB, and not a byte more", async (place, message) => {
  const whole = swollen(message, 2 * MIB);
  expect(Buffer.byteLength(whole)).toBe(2 * MIB);
  const taken = await postBus(door.url, place, whole);
  expect(taken).toMatchObject({ status: 200, fault: undefined });
  expect(taken.state).toMatch(/^000[13]$/);
  const refused = await postBus(door.url, place, swollen(message, 2 * MIB + 1));
  expect(refused).toMatchObject({ status: 413, fault: "RequestTooLarge", state: undefined });
  expect(refused.body).toContain("El màxim és de 2048 KiB.");
});

test("beside them the typed port takes 256 KiB", async () => {
  const message = plain(petition("size-3", one));
  const post = (bytes: number): Promise<Response> =>
    fetch(`${door.url}/ws/sms-certificat`, {
      method: "POST",
      headers: { "content-type": "text/xml; charset=utf-8" },
      body: swollen(message, bytes),
    });
  // Not its operation, which it finds out only from a message that it takes.
  expect(await (await post(256 * 1024)).text()).toContain("<code>UnknownOperation</code>");
  expect(await (await post(256 * 1024 + 1)).text()).toContain("<code>RequestTooLarge</code>");
});

/** So many requests with everything that can be said, each of its own. */
function full(template: string, id: string, many: number): string {
  const [head = "", request = "", tail = ""] = template.split(
    /(<SolicitudTransmision>[\s\S]*<\/SolicitudTransmision>)/,
  );
  const each = Array.from({ length: many }, (_, index) =>
    request.replace(/(<IdSolicitud>)[^<]*/, `$1${index + 1}`),
  );
  return [head, ...each, tail]
    .join("")
    .replace(/(<IdPeticion>)[^<]*/, `$1${id}`)
    .replace(/(<NumElementos>)[^<]*/, `$1${many}`);
}

const SYNC = read("Sincron__enviament-everything-said");
const PICA = read("services.SMSCERT_ENVIAMENT__batch-confirmed");

test.each([
  ["Asincron", SYNC, "0001"],
  ["services/SMSCERT_ENVIAMENT", PICA, "0001"],
  ["Sincron", SYNC, "0003"],
])(
  "%s takes 500 requests with everything said, and not one more",
  async (place, template, state) => {
    const refused = await postBus(door.url, place, full(template, `many-${place}`, 501));
    expect(refused).toMatchObject({ status: 200, state: "0502/0237" });
    expect(/<LiteralError>NumElementos[^<]* d'1 a 500\.</.test(refused.body)).toBe(true);
    const taken = await postBus(door.url, place, full(template, `many-${place}`, 500));
    expect(taken).toMatchObject({ status: 200, state });
    expect(new Set(taken.results).size).toBe(state === "0003" ? 500 : 0);
  },
);
