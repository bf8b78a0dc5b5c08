import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openDoor, type OpenDoor } from "../support/soap-door.ts";

/** How messages travel: versions, media types, attachments, and what can be read with GET. */
const request = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`${name}/request.xml`, import.meta.url)), "utf8");
const GOOD = request("SendCertifiedSms__accepted");
const GOOD_12 = request("SendCertifiedSms__soap12");
const ACTION = "urn:sms-certificat:v1/SendCertifiedSms";
let door: OpenDoor;

beforeAll(async () => {
  door = await openDoor();
});
afterAll(async () => {
  expect(await door.story.integrity()).toEqual([]);
  await door.close();
});

const address = (): string => `${door.url}/ws/sms-certificat`;

function post(body: string | Buffer, headers: Record<string, string>): Promise<Response> {
  return fetch(address(), { method: "POST", headers, body });
}

test.each([
  ["SOAP 1.1", GOOD, "text/xml; charset=utf-8", 200, "text/xml; charset=utf-8"],
  ["SOAP 1.2", GOOD_12, "application/soap+xml", 200, "application/soap+xml; charset=utf-8"],
  [
    "SOAP 1.2 with its action",
    GOOD_12,
    `application/soap+xml;charset=UTF-8;action="${ACTION}"`,
    200,
    "application/soap+xml; charset=utf-8",
  ],
  [
    "a fault in SOAP 1.1",
    request("GetCertificate__unknown-message"),
    "text/xml",
    500,
    "text/xml; charset=utf-8",
  ],
  [
    "a fault in SOAP 1.2",
    request("GetCertificate__unknown-message-soap12"),
    "application/soap+xml",
    400,
    "application/soap+xml; charset=utf-8",
  ],
  [
    "SOAP 1.2 that is called SOAP 1.1: the envelope decides",
    GOOD_12,
    "text/xml",
    200,
    "application/soap+xml; charset=utf-8",
  ],
])("%s", async (_name, body, type, status, answered) => {
  const response = await post(body, { "content-type": type });
  expect([response.status, response.headers.get("content-type")]).toEqual([status, answered]);
  const namespace = answered.startsWith("text/xml")
    ? "http://schemas.xmlsoap.org/soap/envelope/"
    : "http://www.w3.org/2003/05/soap-envelope";
  expect(await response.text()).toContain(`<s:Envelope xmlns:s="${namespace}">`);
});

test.each(["", '""', '"urn:nobody/knows"', "GetStatus"])(
  "the SOAPAction %p decides nothing",
  async (action) => {
    const response = await post(GOOD, { "content-type": "text/xml", soapaction: action });
    expect(await response.text()).toContain("<SendCertifiedSmsResponse");
  },
);

test("what SoapUI writes between the elements is no content", async () => {
  const commented = GOOD.replace("<text>", "<!--Optional:-->\n      <text>").replace(
    "</soap:Envelope>",
    "</soap:Envelope>\n<!-- end -->",
  );
  expect((await post(commented, { "content-type": "text/xml;charset=UTF-8" })).status).toBe(200);
});

test("values of ours are escaped, whatever they look like", async () => {
  const reference = "&lt;![CDATA[x]]&gt;&lt;evil/&gt;&lt;![CDATA[y]]&gt;";
  const body = request("GetStatus__unknown").replace("no-hi-es", reference);
  const response = await post(body, { "content-type": "text/xml" });
  const answer = await response.text();
  expect(answer).toContain(`<clientReference>${reference}</clientReference>`);
  expect(answer).not.toContain("<evil");
  expect(answer).not.toContain("<![CDATA[");
});

describe("MTOM", () => {
  const boundary = "MIME_boundary";
  const TYPE = `multipart/related; type="application/xop+xml"; start="<root>"; start-info="text/xml"; boundary="${boundary}"`;
  const wrap = (xml: string): string =>
    [
      `--${boundary}`,
      'Content-Type: application/xop+xml; charset=UTF-8; type="text/xml"',
      "Content-Transfer-Encoding: binary",
      "Content-ID: <root>",
      "",
      xml,
      `--${boundary}--`,
      "",
    ].join("\r\n");

  test("a request in several parts is read, and the PDF comes beside the envelope", async () => {
    await door.story.accept("mtom", "+34600100000");
    await door.story.pass();
    const ask = request("GetCertificate__positive").replace(
      /<(csv|clientReference|messageId)>[^<]*<\/\1>/,
      "<clientReference>mtom</clientReference>",
    );
    const response = await post(wrap(ask), { "content-type": TYPE });
    const type = response.headers.get("content-type") ?? "";
    expect(type).toMatch(/^multipart\/related; type="application\/xop\+xml";/);
    const [, mark = ""] = /boundary="([^"]+)"/.exec(type) ?? [];
    const whole = Buffer.from(await response.arrayBuffer()).toString("latin1");
    const [, root = "", attachment = ""] = whole.split(`--${mark}`);
    expect(root).toContain('href="cid:certificate@sms-certificat"');
    const pdf = attachment.slice(attachment.indexOf("\r\n\r\n") + 4, -2);
    expect(createHash("sha256").update(pdf, "latin1").digest("hex")).toBe(
      /<sha256>(.*)<\/sha256>/.exec(root)?.[1],
    );
    const plain = await (await post(ask, { "content-type": "text/xml" })).text();
    const [, base64 = ""] = /<pdf>([^<]*)<\/pdf>/.exec(plain) ?? [];
    expect(Buffer.from(base64, "base64").toString("latin1")).toBe(pdf);
  });

  test.each([
    ["without its end", wrap(GOOD).replace(`--${boundary}--`, "")],
    ["without the part that start names", wrap(GOOD).replace("<root>", "<other>")],
    ["without headers", `--${boundary}\r\n${GOOD}\r\n--${boundary}--`],
    ["of nothing", ""],
  ])("a message %s is refused", async (_name, body) => {
    const response = await post(body, { "content-type": TYPE });
    expect(await response.text()).toContain("<code>InvalidEnvelope</code>");
  });
});

describe("GET and HEAD", () => {
  const get = (path: string, method = "GET"): Promise<Response> =>
    fetch(`${door.url}${path}`, { method });

  test("?wsdl has the address that callers see, and its schema can be read", async () => {
    for (const query of ["?wsdl", "?WSDL", "?wsdl=1"]) {
      const response = await get(`/ws/sms-certificat${query}`);
      const wsdl = await response.text();
      expect(response.headers.get("content-type")).toBe("text/xml; charset=utf-8");
      expect(wsdl.match(/address location="([^"]*)"/g)).toEqual(
        Array(2).fill(`address location="${address()}"`),
      );
      const [, schema = ""] = /schemaLocation="([^"]*)"/.exec(wsdl) ?? [];
      expect(schema).toBe(`${address()}?xsd=sms-certificat.xsd`);
      expect(await (await fetch(schema)).text()).toContain(
        'targetNamespace="urn:sms-certificat:v1"',
      );
    }
  });

  test("HEAD answers what GET does, without the body", async () => {
    for (const path of [
      "/ws/sms-certificat?wsdl",
      "/ws/sms-certificat?xsd=sms-certificat.xsd",
      "/",
    ]) {
      const [head, whole] = [await get(path, "HEAD"), await get(path)];
      expect(head.status).toBe(200);
      expect(head.headers.get("content-length")).toBe(whole.headers.get("content-length"));
      expect(await head.text()).toBe("");
      await whole.arrayBuffer();
    }
  });

  test.each(["", "?xsd=../sms-certificat.wsdl", "?xsd=%2Fetc%2Fpasswd", "?xsd", "?other"])(
    "GET %p is not found, in words that help",
    async (query) => {
      const response = await get(`/ws/sms-certificat${query}`);
      expect(response.status).toBe(404);
      expect(await response.text()).toContain("/ws/sms-certificat?wsdl");
    },
  );

  test("/ is a page for people, with links and an example that works", async () => {
    const response = await get("/");
    const page = await response.text();
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(page).toContain(`href="${address()}?wsdl"`);
    const [, example = ""] = /<pre>(.*?)<\/pre>/s.exec(page) ?? [];
    const shown = example.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
    const [, xml = ""] = /<<'XML'\n(.*)\nXML$/s.exec(shown) ?? [];
    const answer = await post(xml.replace("USUARI", "demo").replace("SECRET", "demo-secret"), {
      "content-type": "text/xml; charset=utf-8",
    });
    expect(await answer.text()).toContain("<found>false</found>");
  });
});
