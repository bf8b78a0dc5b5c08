import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { openDoor, type OpenDoor } from "../../support/soap-door.ts";

/** The doors of the bus read and write every form that the typed port does. */
const request = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`${name}/request.xml`, import.meta.url)), "utf8");
const SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP_12 = "http://www.w3.org/2003/05/soap-envelope";
const in12 = (name: string): string => request(name).replaceAll(SOAP_11, SOAP_12);

const DOORS = [
  ["Sincron", "Sincron__enviament-accepted", "<Estat>ACCEPTAT<"],
  ["Asincron", "Asincron__confirmed", "<CodigoEstado>0001<"],
  ["AsincronResposta", "AsincronResposta__refused-0238-unknown", "Secundario>0238<"],
  ["services/SMSCERT_ENVIAMENT", "services.SMSCERT_ENVIAMENT__accepted", "<Estat>ACCEPTAT<"],
] as const;

let door: OpenDoor;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(async () => {
  expect(await door.story.integrity()).toEqual([]);
  await door.close();
});

function post(
  path: string,
  body: string | Buffer,
  headers: Record<string, string>,
): Promise<Response> {
  return fetch(`${door.url}/ws/pica/${path}`, { method: "POST", headers, body });
}

test.each(DOORS)("SOAP 1.2 at %s is answered in kind", async (path, name, expected) => {
  const type = 'application/soap+xml;charset=UTF-8;action="http://www.openuri.org/procesa"';
  for (const headers of [{ "content-type": type }, { "content-type": "application/soap+xml" }]) {
    const response = await post(path, in12(name), headers);
    const { status } = response;
    const answered = response.headers.get("content-type");
    expect([status, answered]).toEqual([200, "application/soap+xml; charset=utf-8"]);
    const answer = await response.text();
    expect(answer).toContain(`<s:Envelope xmlns:s="${SOAP_12}">`);
    expect(answer).toContain(expected);
  }
});

test("a fault in SOAP 1.2 has its code, its status and the typed detail", async () => {
  const headers = { "content-type": "application/soap+xml" };
  const response = await post("Asincron", in12("Asincron__fault-no-security"), headers);
  expect(response.status).toBe(400);
  const fault = await response.text();
  expect(fault).toContain("<s:Value>s:Sender</s:Value>");
  expect(fault).toContain("<code>NotAuthenticated</code>");
});

test.each(DOORS)("gzip at %s, in and out", async (path, name, expected) => {
  const headers = { "content-type": "text/xml; charset=utf-8" };
  const compressed = { ...headers, "content-encoding": "gzip", "accept-encoding": "gzip" };
  const response = await post(path, gzipSync(request(name)), compressed);
  expect([response.status, response.headers.get("content-encoding")]).toEqual([200, "gzip"]);
  expect(await response.text()).toContain(expected);
});

test("gzip that swells over the 2 MB of the bus, or is none", async () => {
  const headers = { "content-type": "text/xml", "content-encoding": "gzip" };
  const bomb = gzipSync(request(DOORS[0][1]) + " ".repeat(2 * 1024 * 1024));
  const response = await post("Sincron", bomb, headers);
  expect(response.status).toBe(413);
  expect(await response.text()).toContain("<code>RequestTooLarge</code>");
  expect(await (await post("Sincron", "no gzip", headers)).text()).toContain("<code>Invalid");
});

test("Latin-1 and UTF-16 are read as what they say", async () => {
  const text = "Açò és de l'ajuntament: ñ, ü";
  const written = (id: string): string =>
    request(DOORS[0][1])
      .replace(/<\?xml[^>]*>\s*/, "")
      .replace(/(<IdPeticion>)[^<]*/, `$1${id}`)
      .replace(/(<Text>)[^<]*/, `$1${text}`);
  const type = { "content-type": "text/xml" };
  const latin = Buffer.from(
    `<?xml version="1.0" encoding="ISO-8859-1"?>${written("latin")}`,
    "latin1",
  );
  expect((await post("Sincron", latin, type)).status).toBe(200);
  const wide = Buffer.from(`\ufeff${written("wide")}`, "utf16le");
  const utf16 = { "content-type": "text/xml; charset=utf-16" };
  expect((await post("Sincron", wide, utf16)).status).toBe(200);
  const { rows } = await door.story.database.app.query<{ text: string }>(
    "select text from messages where client_reference in ('latin/1', 'wide/1')",
  );
  expect(rows).toEqual([{ text }, { text }]);
});

test("MTOM: the PDF of a certificate comes beside the envelope", async () => {
  const sent = request(DOORS[0][1]).replace(/(<IdPeticion>)[^<]*/, "$1mtom");
  await post("Sincron", sent, { "content-type": "text/xml" });
  await door.story.pass();
  const ask = request("Sincron__certificat-positive").replace(
    /(<PeticioCertificat[^>]*>)\s*<IdPeticio>[^<]*/,
    "$1<IdPeticio>mtom",
  );
  const type =
    'multipart/related; type="application/xop+xml"; start="<root>"; start-info="text/xml"; boundary="b"';
  const inParts = `--b\r\nContent-Type: application/xop+xml; charset=UTF-8; type="text/xml"\r\nContent-ID: <root>\r\n\r\n${ask}\r\n--b--\r\n`;
  const response = await post("Sincron", inParts, { "content-type": type });
  const [, mark = ""] = /boundary="([^"]+)"/.exec(response.headers.get("content-type") ?? "") ?? [];
  const whole = Buffer.from(await response.arrayBuffer()).toString("latin1");
  const [, root = "", attachment = ""] = whole.split(`--${mark}`);
  expect(root).toMatch(/<Document><xop:Include/);
  const pdf = attachment.slice(attachment.indexOf("\r\n\r\n") + 4, -2);
  const sha256 = createHash("sha256").update(pdf, "latin1").digest("hex");
  expect(root).toContain(`<Sha256>${sha256}</Sha256>`);
});
