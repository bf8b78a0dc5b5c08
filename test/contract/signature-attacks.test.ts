import { systemClock } from "../../src/system.ts";
import { createSigner, type Manner, type Signer } from "../support/signed-envelope.ts";
import { openDoor, registerFor, type OpenDoor } from "../support/soap-door.ts";

/** What is done to signed messages: nothing that was not signed may be read as if it were. */
let door: OpenDoor;
let sign: Signer;
let stranger: Signer;
let reference = 0;

beforeAll(async () => {
  door = await openDoor({ clock: systemClock });
  sign = await createSigner(systemClock.now());
  stranger = await createSigner(systemClock.now());
  await registerFor(door, "demo", sign.certificate);
});
afterAll(async () => {
  expect(await door.story.integrity()).toEqual([]);
  await door.close();
});

const TOKEN = /<wsse:BinarySecurityToken[^>]*>([^<]*)</;
const BODY = /<soap:Body.*<\/soap:Body>/s;
const SIGNATURE = /<ds:Signature .*<\/ds:Signature>/s;
const INFO = /<ds:SignedInfo.*<\/ds:SignedInfo>/s;

function good(by = sign, manner: Manner = {}): { readonly name: string; readonly message: string } {
  const name = `signed-${(reference += 1)}`;
  const payload = `<SendCertifiedSms xmlns="urn:sms-certificat:v1"><clientReference>${name}</clientReference><recipient><msisdn>+34600100000</msisdn></recipient><text>Text signat</text></SendCertifiedSms>`;
  return { name, message: by(payload, systemClock.now(), manner) };
}

const part = (message: string, which: RegExp): string => which.exec(message)?.[0] ?? "";

async function answerTo(message: string): Promise<string> {
  const response = await fetch(`${door.url}/ws/sms-certificat`, {
    method: "POST",
    headers: { "content-type": "text/xml; charset=utf-8" },
    body: message,
  });
  const body = await response.text();
  return /<code>(\w+)<\/code>/.exec(body)?.[1] ?? /<stage>(\w+)</.exec(body)?.[1] ?? body;
}

async function storedText(name: string): Promise<string | undefined> {
  const { rows } = await door.story.database.app.query<{ text: string }>(
    "select text from messages where client_reference = $1",
    [name],
  );
  return rows[0]?.text;
}

test("a good one is taken once", async () => {
  const { message } = good();
  expect(await answerTo(message)).toBe("accepted");
  expect(await answerTo(message)).toBe("NotAuthenticated");
});

/** The order of the group of P-256 (SEC 2, 2.4.2). */
const ORDER = BigInt("0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");

test("nor is its ECDSA signature taken again in its other form, which holds as well", async () => {
  const curve = await createSigner(systemClock.now(), "P-256");
  await registerFor(door, "demo", curve.certificate);
  const { message } = good(curve);
  expect(await answerTo(message)).toBe("accepted");
  const again = message.replace(
    /(<ds:SignatureValue>)([^<]*)/,
    (_all, start: string, written: string) => {
      const value = Buffer.from(written, "base64");
      const s = ORDER - BigInt(`0x${value.toString("hex", 32)}`);
      const other = Buffer.from(s.toString(16).padStart(64, "0"), "hex");
      return start + Buffer.concat([value.subarray(0, 32), other]).toString("base64");
    },
  );
  expect(await answerTo(again)).toBe("NotAuthenticated");
  expect(await answerTo(good(curve).message)).toBe("accepted");
});

test.each([
  ["a comment", "Text<!-- no --> signat"],
  ["CDATA", "<![CDATA[Text signat]]>"],
  ["a reference", "Text&#32;signat"],
])("%s changes nothing of what was signed, nor of what is read", async (_name, written) => {
  const { name, message } = good();
  expect(await answerTo(message.replace("Text signat", written))).toBe("accepted");
  expect(await storedText(name)).toBe("Text signat");
});

const places = (count: number): string[] => Array.from({ length: count }, (_, n) => `more-${n}`);

test("a signature covers eight parts at most, each once", async () => {
  expect(await answerTo(good(sign, { more: places(6) }).message)).toBe("accepted");
  expect(await answerTo(good(sign, { more: places(7) }).message)).toBe("NotAuthenticated");
  const twice = good(sign, { more: ["more", "more"] });
  expect(await answerTo(twice.message)).toBe("NotAuthenticated");
});

test("each node is looked at for each prefix of a list: there are 16 at most", async () => {
  expect(await answerTo(good(sign, { prefixes: 16 }).message)).toBe("accepted");
  expect(await answerTo(good(sign, { prefixes: 17 }).message)).toBe("NotAuthenticated");
});

const ATTACKS: Readonly<Record<string, (message: string) => string>> = {
  "another text": (m) => m.replace("Text signat", "Text firmat"),
  "another recipient": (m) => m.replace("+34600100000", "+34600100009"),
  "the signed Body wrapped in a header": (m) => {
    const body = part(m, BODY);
    const forged = body.replace(' wsu:Id="body"', "").replace("Text signat", "Text fals");
    return m
      .replace(body, forged)
      .replace("</soap:Header>", `<w xmlns="urn:w">${body}</w></soap:Header>`);
  },
  "the signed Body wrapped in the Security header": (m) => {
    const body = part(m, BODY);
    const forged = body.replace('wsu:Id="body"', 'wsu:Id="other"').replace("signat", "fals");
    return m.replace(body, forged).replace("</wsse:Security>", `${body}</wsse:Security>`);
  },
  "the same id twice": (m) =>
    m.replace("</soap:Header>", '<w xmlns="urn:w" Id="body"/></soap:Header>'),
  "two Signatures": (m) => m.replace(SIGNATURE, (all) => all + all),
  "two SignedInfo": (m) => m.replace(INFO, (all) => all + all),
  "no Signature": (m) => m.replace(SIGNATURE, ""),
  "a Signature without its Body": (m) =>
    m.replace(/<ds:Reference URI="#body".*?<\/ds:Reference>/s, ""),
  "a Signature without its Timestamp": (m) =>
    m.replace(/<ds:Reference URI="#time".*?<\/ds:Reference>/s, ""),
  "a digest that hides in a comment": (m) =>
    m.replace(/<ds:DigestValue>/, "<ds:DigestValue><!--x-->AAAA"),
  "an old Timestamp": (m) => m.replace(/(Created>)20\d\d/, "$12020"),
  "an algorithm that is none": (m) => m.replace("#rsa-sha256", "#hmac-sha256"),
  "another canonicalisation": (m) =>
    m.replaceAll("http://www.w3.org/2001/10/xml-exc-c14n#", "http://www.w3.org/2006/12/xml-c14n11"),
  "a transform more": (m) =>
    m.replace(
      "</ds:Transforms>",
      '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"></ds:Transform></ds:Transforms>',
    ),
  "a digest method that is a property of every object": (m) =>
    m.replace(/(<ds:DigestMethod Algorithm=")[^"]*/, "$1constructor"),
  "a namespace that cannot be canonicalised": (m) => m.replace("<text>", '<text xmlns="relative">'),
  "the certificate of somebody else": (m) =>
    m.replace(TOKEN, (all, token: string) =>
      all.replace(token, TOKEN.exec(good(stranger).message)?.[1] ?? ""),
    ),
  "a key that the message brings itself": (m) =>
    m
      .replace("<ds:KeyInfo>", "<ds:KeyInfo><ds:KeyValue></ds:KeyValue>")
      .replace(/<wsse:SecurityTokenReference>.*<\/wsse:SecurityTokenReference>/s, ""),
};

test.each(Object.keys(ATTACKS))("%s is refused", async (name) => {
  const { message } = good();
  const attack = ATTACKS[name]!(message);
  expect(attack).not.toBe(message);
  expect(await answerTo(attack)).toBe("NotAuthenticated");
  // Too many failures of one caller would be slowed down.
  expect(await answerTo(good().message)).toBe("accepted");
});

/** Of DER, in hex: the identifiers of an elliptic key and of P-256, and the first byte of its point. */
test.each([
  ["of a kind that nobody knows", "06072a8648ce3d0201", "06072a8648ce3d0209"],
  ["on a curve that nobody knows", "06082a8648ce3d030107", "06082a8648ce3d03017f"],
  ["that is no point of its curve", "03420004", "03420009"],
])("a key %s proves nothing", async (_name, known, unknown) => {
  const curve = await createSigner(systemClock.now(), "P-256");
  const { raw } = curve.certificate;
  const altered = Buffer.from(raw.toString("hex").replace(known, unknown), "hex");
  expect(altered).not.toEqual(raw);
  const { message } = good(curve);
  const attack = message.replace(raw.toString("base64"), altered.toString("base64"));
  expect(await answerTo(attack)).toBe("NotAuthenticated");
});

test("a stranger's signature is good for nothing", async () => {
  expect(await answerTo(good(stranger).message)).toBe("NotAuthenticated");
});

test.each([
  ["two Bodies", (m: string) => m.replace(BODY, (all) => all + all)],
  ["a DOCTYPE", (m: string) => m.replace("<soap:Envelope", "<!DOCTYPE a><soap:Envelope")],
])("%s is no envelope", async (_name, change) => {
  expect(await answerTo(change(good().message))).toBe("InvalidEnvelope");
});
