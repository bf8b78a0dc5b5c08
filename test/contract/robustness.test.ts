import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { createSigner } from "../support/signed-envelope.ts";
import { openDoor, registerFor, type OpenDoor } from "../support/soap-door.ts";

/**
 * What has brought down or fooled other SOAP servers. Each case must be answered in a way that is told
 * here, and the next call must be served as if nothing had been.
 */
const GOOD = readFileSync(
  fileURLToPath(new URL("SendCertifiedSms__accepted/request.xml", import.meta.url)),
  "utf8",
);
const TEXT = "Teniu una notificació nova a la seu electrònica.";
const XML = "text/xml; charset=utf-8";
let door: OpenDoor;

beforeAll(async () => {
  door = await openDoor();
});
afterAll(async () => {
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(await door.story.integrity()).toEqual([]);
  await door.close();
});
afterEach(async () => {
  const response = await post(GOOD);
  expect(response.status).toBe(200);
});

function post(body: string | Buffer, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${door.url}/ws/sms-certificat`, {
    method: "POST",
    headers: { "content-type": XML, ...headers },
    body,
  });
}

async function codeOf(response: Response): Promise<string> {
  const body = await response.text();
  expect(body).not.toMatch(/\n\s+at |node_modules|libxml|Error:|\.ts\b|\.js\b/);
  return /<code>(\w+)<\/code>/.exec(body)?.[1] ?? `${response.status}`;
}

async function storedText(reference: string): Promise<string | undefined> {
  const { rows } = await door.story.database.app.query<{ text: string }>(
    "select text from messages where client_reference = $1",
    [reference],
  );
  return rows[0]?.text;
}

const within = (element: string, header = ""): string =>
  GOOD.replace("<soap:Header>", `<soap:Header>${header}`).replace("<text>", `${element}<text>`);

test.each([
  [
    "an element with id __proto__",
    within('<a id="__proto__" href="#__proto__"/>'),
    "SchemaViolation",
  ],
  ["a header with id __proto__", within("", '<a xmlns="" id="__proto__"/>'), "200"],
  ["an element named constructor", within("<constructor/>"), "SchemaViolation"],
  ["100 000 elements, one in another", "<a>".repeat(85_000), "InvalidEnvelope"],
  ["33 levels", within(`${"<a>".repeat(30)}${"</a>".repeat(30)}`), "InvalidEnvelope"],
  ["32 levels", within(`${"<a>".repeat(29)}${"</a>".repeat(29)}`), "SchemaViolation"],
  ["6 000 elements", within("<a/>".repeat(6_000)), "InvalidEnvelope"],
  [
    "6 000 attributes",
    within(`<a ${Array.from({ length: 6_000 }, (_, n) => `a${n}=""`).join(" ")}/>`),
    "InvalidEnvelope",
  ],
  ["6 000 comments", within("<!---->".repeat(6_000)), "InvalidEnvelope"],
  [
    "6 000 comments before it begins",
    `${"<!---->".repeat(6_000)}${GOOD.slice(GOOD.indexOf("<soap:Envelope"))}`,
    "InvalidEnvelope",
  ],
  ["a processing instruction within", within("<?a b?>"), "InvalidEnvelope"],
  [
    "a processing instruction before",
    GOOD.replace("<soap:Envelope", "<?a b?><soap:Envelope"),
    "InvalidEnvelope",
  ],
  [
    "300 attributes of one element",
    within(`<a ${Array.from({ length: 300 }, (_, n) => `a${n}=""`).join(" ")}/>`),
    "InvalidEnvelope",
  ],
  [
    "a billion laughs",
    `<!DOCTYPE l [<!ENTITY a "ha">${Array.from({ length: 12 }, (_, n) => {
      const before = String.fromCharCode(97 + n);
      return `<!ENTITY ${String.fromCharCode(98 + n)} "${`&${before};`.repeat(10)}">`;
    }).join("")}]><l>&m;</l>`,
    "InvalidEnvelope",
  ],
  [
    "an external entity",
    `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${GOOD.slice(GOOD.indexOf("<soap:Envelope")).replace(TEXT, "&x;")}`,
    "InvalidEnvelope",
  ],
  ["30 MB of text", within("").replace(TEXT, "a".repeat(30 * 1024 * 1024)), "RequestTooLarge"],
  ["text that is no XML", "hello", "InvalidEnvelope"],
  ["an empty body", "", "InvalidEnvelope"],
  ["half a message", GOOD.slice(0, 700), "InvalidEnvelope"],
  ["XML that is no SOAP", "<html/>", "InvalidEnvelope"],
  ["a NUL byte", GOOD.replace("<text>", "<text>\0"), "InvalidEnvelope"],
  [
    "xsi:schemaLocation",
    within("").replace(
      "<SendCertifiedSms",
      '<SendCertifiedSms xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:sms-certificat:v1 file:///etc/passwd"',
    ),
    "200",
  ],
  [
    "xi:include",
    within(
      '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>',
    ),
    "SchemaViolation",
  ],
])("%s", async (_name, body, expected) => {
  expect(await codeOf(await post(body))).toBe(expected);
});

test("gzip that is none", async () => {
  expect(await codeOf(await post("no gzip", { "content-encoding": "gzip" }))).toBe(
    "InvalidEnvelope",
  );
});

test("gzip that swells to 100 MB", async () => {
  const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024));
  const response = await post(bomb, { "content-encoding": "gzip" });
  expect(response.status).toBe(413);
  expect(await codeOf(response)).toBe("RequestTooLarge");
});

test.each([
  "x' is not an element of the set {'evil'}.",
  "x' is not an element of the set {'evil'}. {'",
  `${"x".repeat(20_000)}' is not an element of the set {'evil'}.`,
])(
  "a value that imitates what the validator says puts no word into the fault (%#)",
  async (value) => {
    const language = GOOD.replace("</text>", `</text><language>${value}</language>`);
    const body = await (await post(language)).text();
    expect(body).toContain("The value of language has to be one of: ca, es, oc, en.");
    expect(body).not.toContain("evil");
  },
);

test("an empty body is called empty, and what is not well-formed is told its place", async () => {
  expect(await (await post("")).text()).toContain("The body of the request is empty.");
  expect(await (await post("<a>\n  <b></a>")).text()).toContain("(line 2, column 10)");
  expect(await (await post("evil")).text()).toMatch(/\(line 1, column \d+\)/);
});

test("a gzip request is read, and a gzip answer is given when asked for", async () => {
  const response = await post(gzipSync(GOOD), { "content-encoding": "gzip" });
  expect(response.status).toBe(200);
  const fault = await post("hello", { "accept-encoding": "gzip" });
  expect(fault.headers.get("content-encoding")).toBe("gzip");
  expect(await codeOf(fault)).toBe("InvalidEnvelope");
});

test("a request line that is no address", async () => {
  const { port } = new URL(door.url);
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), "127.0.0.1", () => {
      socket.write(
        "POST //[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
      );
    });
    let text = "";
    socket.on("data", (chunk) => (text += chunk.toString()));
    socket.on("end", () => resolve(text));
    socket.on("error", reject);
  });
  expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
});

test.each(["application/json", "text/html", "multipart/related", "", "x"])(
  "the media type %p is refused, and never echoed",
  async (type) => {
    const response = await post(GOOD, { "content-type": type });
    expect([415, 500]).toContain(response.status);
    expect(response.headers.get("content-type")).toBe(XML);
  },
);

test("other methods are refused", async () => {
  for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS"]) {
    const response = await fetch(`${door.url}/ws/sms-certificat`, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET, HEAD, POST");
  }
});

test("the action is not what decides", async () => {
  const action = '"urn:sms-certificat:v1/GetStatus"';
  const response = await post(GOOD, { soapaction: action });
  expect(await response.text()).toContain("<SendCertifiedSmsResponse");
});

test.each([
  ["ISO-8859-1 by declaration", "latin1", "text/xml", "ISO-8859-1"],
  [
    "ISO-8859-1 by the header, against the declaration",
    "latin1",
    "text/xml; charset=ISO-8859-1",
    "UTF-8",
  ],
  ["UTF-16 with its mark", "utf16le", "text/xml; charset=utf-16", "UTF-16"],
])("%s is read as it was written", async (name, encoding, type, declared) => {
  const reference = `charset-${name.length}`;
  const text = "Mañana, la col·lecció";
  const mark = encoding === "utf16le" ? "\ufeff" : "";
  const body = GOOD.replace("UTF-8", declared)
    .replace("2026-1234-notificacio-1", reference)
    .replace(TEXT, text);
  const bytes = Buffer.from(mark + body, encoding as BufferEncoding);
  expect((await post(bytes, { "content-type": type })).status).toBe(200);
  expect(await storedText(reference)).toBe(text);
});

test("Latin-1 that is said to be UTF-8 is refused, not corrupted", async () => {
  const bytes = Buffer.from(GOOD.replace(TEXT, "Mañana"), "latin1");
  expect(await codeOf(await post(bytes))).toBe("InvalidEnvelope");
});

test("spaces, CDATA and what looks like XML are kept character by character", async () => {
  const inner = '  <?xml version="1.0"?><a>1</a> &amp; ';
  const body = GOOD.replace("2026-1234-notificacio-1", "cdata").replace(
    TEXT,
    `<![CDATA[${inner}]]>`,
  );
  expect((await post(body)).status).toBe(200);
  expect(await storedText("cdata")).toBe(inner);
});

test("a comment is no text", async () => {
  const body = GOOD.replace("2026-1234-notificacio-1", "comment").replace(TEXT, "a<!-- x -->b");
  expect((await post(body)).status).toBe(200);
  expect(await storedText("comment")).toBe("ab");
});

test("slow guesses are slowed down, and the guessed user is still served elsewhere", async () => {
  const wrong = GOOD.replace("demo-secret", "guess");
  const codes: string[] = [];
  for (let tries = 0; tries < 7; tries += 1) codes.push(await codeOf(await post(wrong)));
  expect(codes.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => "NotAuthenticated"));
  expect(codes.at(-1)).toBe("TooManyRequests");
  const told = await (await post(wrong)).text();
  expect(told).toContain(
    "<ca>Cal esperar una estona abans de tornar-ho a provar. Hi ha hagut massa intents fallits d'acreditar-se.</ca>",
  );
  expect(told).not.toContain("alhora");
  await door.story.hands.advance(61_000);
});

test("so are broken signatures, which count for the certificate that they name", async () => {
  const { clock } = door.story.context;
  const sign = await createSigner(clock.now());
  await registerFor(door, "demo", sign.certificate);
  const signed = (): string =>
    sign(
      '<GetCertificate xmlns="urn:sms-certificat:v1"><clientReference>x</clientReference></GetCertificate>',
      clock.now(),
    );
  const codes: string[] = [];
  for (let tries = 0; tries < 6; tries += 1) {
    codes.push(
      await codeOf(await post(signed().replace("<clientReference>x", "<clientReference>y"))),
    );
  }
  expect(codes).toEqual([...Array<string>(5).fill("NotAuthenticated"), "TooManyRequests"]);
  expect(await codeOf(await post(signed()))).toBe("TooManyRequests");
  await door.story.hands.advance(61_000);
  expect(await codeOf(await post(signed()))).toBe("MessageNotFound");
});
