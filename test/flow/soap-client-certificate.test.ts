import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClientCertificateReader } from "../../src/https/client-certificate.ts";
import { openServer } from "../../src/https/open-server.ts";
import { refuseRequest } from "../../src/portal/last-answers.ts";
import { AUTHORITY, makePair, type OpensslPair } from "../support/openssl-pair.ts";
import { peer } from "../support/peers.ts";
import { systemClock, systemTimers } from "../../src/system.ts";
import { openDoor, registerFor, type OpenDoor } from "../support/soap-door.ts";

const REQUEST = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">%HEADER%<s:Body>
  <GetStatus xmlns="urn:sms-certificat:v1"><message><clientReference>x</clientReference></message></GetStatus>
</s:Body></s:Envelope>`;
const WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
const STAMP = (expires: string): string =>
  `<s:Header><w:Security xmlns:w="${WSSE}"><u:Timestamp xmlns:u="${WSSE.replace("secext", "utility")}"><u:Expires>${expires}</u:Expires></u:Timestamp></w:Security></s:Header>`;

type Proxies = Parameters<typeof createClientCertificateReader>[0];
const PARTS = {
  timers: systemTimers,
  log: { info: () => undefined, warn: () => undefined },
  refuse: refuseRequest,
};

peer("openssl")("a client certificate that a proxy hands on", () => {
  let folder: string;
  let own: OpensslPair;
  let other: OpensslPair;
  const doors: OpenDoor[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sms-certificat-proxy-"));
    const authority = await makePair(folder, "authority", { extensions: AUTHORITY });
    own = await makePair(folder, "own", { issuer: authority });
    other = await makePair(folder, "other", { issuer: authority });
  });
  afterAll(async () => {
    for (const door of doors) await door.close();
    await rm(folder, { recursive: true });
  });

  async function open(proxies: Proxies): Promise<OpenDoor> {
    const server = openServer({ tls: undefined, proxies }, PARTS);
    const clientCertificateOf = createClientCertificateReader(proxies);
    const door = await openDoor({ clock: systemClock, clientCertificateOf }, server);
    doors.push(door);
    await registerFor(door, "demo", own.certificate);
    return door;
  }

  async function answer(
    door: OpenDoor,
    headers: Readonly<Record<string, string>>,
    header = "",
  ): Promise<string> {
    const response = await fetch(`${door.url}/ws/sms-certificat`, {
      method: "POST",
      headers: { "content-type": "text/xml", ...headers },
      body: REQUEST.replace("%HEADER%", header),
    });
    const body = await response.text();
    return /<code>(\w+)</.exec(body)?.[1] ?? (body.includes("<found>") ? "answered" : body);
  }
  const rfc9440 = ({ certificate }: OpensslPair): string =>
    `:${certificate.raw.toString("base64")}:`;
  const nginx = ({ certificate }: OpensslPair): string =>
    encodeURIComponent(certificate.toString());

  test("RFC 9440: a registered one authenticates, a stranger's or a broken one does not", async () => {
    const door = await open({
      trusted: ["10.0.0.0/8", "127.0.0.1"],
      clientCertificateHeader: "client-cert",
    });
    expect(await answer(door, { "client-cert": rfc9440(own) })).toBe("answered");
    const wrong = {
      "a stranger's": { "client-cert": rfc9440(other) },
      none: {},
      empty: { "client-cert": "" },
      "the header of another kind of proxy": { "x-ssl-client-cert": nginx(own) },
      two: { "client-cert": `${rfc9440(own)}, ${rfc9440(other)}` },
      "cut off": { "client-cert": rfc9440(own).replace(/.{40}:$/, ":") },
      "without colons": { "client-cert": own.certificate.raw.toString("base64") },
    };
    const answers = await Promise.all(
      Object.entries(wrong).map(async ([name, headers], index) => {
        // Each from elsewhere, so that the brake does not answer in their place.
        const from = { "x-forwarded-for": `192.0.2.${index}` };
        return [name, await answer(door, { ...headers, ...from })];
      }),
    );
    expect(answers.filter(([, given]) => given !== "NotAuthenticated")).toEqual([]);
  });

  test("nginx: escaped PEM", async () => {
    const door = await open({
      trusted: ["127.0.0.0/8"],
      clientCertificateHeader: "x-ssl-client-cert",
    });
    expect(await answer(door, { "x-ssl-client-cert": nginx(own) })).toBe("answered");
    const two = encodeURIComponent(`${own.certificate.toString()}${other.certificate.toString()}`);
    expect(await answer(door, { "x-ssl-client-cert": two })).toBe("NotAuthenticated");
    expect(await answer(door, { "x-ssl-client-cert": "%E0%A4%A" })).toBe("NotAuthenticated");
    expect(await answer(door, { "client-cert": rfc9440(own) })).toBe("NotAuthenticated");
  });

  test("from anybody else it is not looked at", async () => {
    const door = await open({ trusted: ["10.0.0.0/8"], clientCertificateHeader: "client-cert" });
    expect(await answer(door, { "client-cert": rfc9440(own) })).toBe("NotAuthenticated");
  });

  test("it is one of the ways of the entity's policy, and its Timestamp counts", async () => {
    const door = await open({ trusted: ["127.0.0.1"], clientCertificateHeader: "client-cert" });
    const headers = { "client-cert": rfc9440(own) };
    expect(await answer(door, headers, STAMP("2020-01-01T00:00:00Z"))).toBe("NotAuthenticated");
    expect(await answer(door, headers, STAMP("2999-01-01T00:00:00Z"))).toBe("answered");
    const { owner } = door.story.database;
    await owner.query("update entities set accepted_authentication = '{passwordText,x509}'");
    expect(await answer(door, headers)).toBe("NotAuthenticated");
    await owner.query("update entities set accepted_authentication = '{clientCertificate}'");
    expect(await answer(door, headers)).toBe("answered");
  });

  test("who the message names outweighs the certificate of the connection", async () => {
    const door = await open({ trusted: ["127.0.0.1"], clientCertificateHeader: "client-cert" });
    const token = (secret: string): string =>
      `<s:Header><w:Security xmlns:w="${WSSE}"><w:UsernameToken><w:Username>text-only</w:Username><w:Password>${secret}</w:Password></w:UsernameToken></w:Security></s:Header>`;
    const headers = { "client-cert": rfc9440(own) };
    expect(await answer(door, headers, token("wrong"))).toBe("NotAuthenticated");
    expect(await answer(door, headers, token("demo-secret"))).toBe("answered");
    expect(door.log.at(-1)?.fields.userId).not.toBe(door.log.at(0)?.fields.userId);
  });

  test("the brake counts the address that the proxy tells, and nobody else's word", async () => {
    const failures = async (
      proxies: Proxies,
      address = (attempt: number) => `192.0.2.${attempt}`,
    ): Promise<string[]> => {
      const door = await open(proxies);
      const told: string[] = [];
      for (let attempt = 0; attempt < 8; attempt++) {
        told.push(await answer(door, { "x-forwarded-for": address(attempt) }));
      }
      return told;
    };
    const none = { clientCertificateHeader: undefined };
    const believed = { ...none, trusted: ["127.0.0.1"] };
    expect(await failures(believed)).not.toContain("TooManyRequests");
    expect(await failures({ ...none, trusted: ["10.0.0.0/8"] })).toContain("TooManyRequests");
    const host = (attempt: number): string => `2001:db8:1:2::${attempt}`;
    const network = (attempt: number): string => `2001:db8:1:${attempt}::1`;
    expect(await failures(believed, host)).toContain("TooManyRequests");
    expect(await failures(believed, network)).not.toContain("TooManyRequests");
  });
});
