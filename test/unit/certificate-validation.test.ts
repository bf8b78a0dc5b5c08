import { X509Certificate } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTestPki, type TestPki } from "../../src/certificate/test-pki/test-pki.ts";
import { createTestStatus } from "../../src/certificate/test-pki/test-status.ts";
import { createTestTimeStampAuthority } from "../../src/certificate/test-pki/test-time-stamp-authority.ts";
import { createHttpTimeStampAuthority } from "../../src/certificate/time-stamp/http-authority.ts";
import { verifyToken } from "../../src/certificate/time-stamp/token.ts";
import { createHttpStatus, statusAddresses } from "../../src/certificate/validation/http-status.ts";
import { createValidationSource } from "../../src/certificate/validation/validation-data.ts";
import { CertificateDelayed } from "../../src/domain/certificate.ts";
import { HOUR } from "../../src/domain/clock.ts";
import { clock, random } from "../support/certificate-issuer.ts";

async function body(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The authorities of the test behind a socket: status, lists and time-stamps. */
let server: Server;
let url = "";
let pki: TestPki;
let down = new Set<string>();
const asked: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? "";
    asked.push(path);
    void (async () => {
      const content = await body(request);
      const status = createTestStatus({ pki, clock });
      const authority = createTestTimeStampAuthority({
        keys: pki.timeStampAuthority,
        clock,
        random,
      });
      if (down.has(path)) response.writeHead(503).end();
      else if (path === "/issuing/ocsp") response.end(await status.ocsp(asking(content)));
      else if (path === "/base/crl") response.end(await status.rootCrl());
      else if (path.startsWith("/tsa")) response.end(authority.respond(content));
      else response.writeHead(404).end();
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const directory = join(mkdtempSync(join(tmpdir(), "validation-")), "pki");
  pki = await openTestPki({ directory, clock, random, statusUrl: url });
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  down = new Set();
  asked.length = 0;
});

/** The certificate that a request is about: its serial number is at the end. */
function asking(request: Buffer): Buffer {
  const found = [pki.seal, pki.timeStampAuthority]
    .map(({ chain }) => new X509Certificate(chain))
    .find(({ serialNumber }) => request.toString("hex").toUpperCase().includes(serialNumber));
  return found?.raw ?? Buffer.alloc(0);
}

function seal(): X509Certificate {
  return new X509Certificate(pki.seal.chain);
}

function validation(parts: { now?: () => Date } = {}): ReturnType<typeof createValidationSource> {
  return createValidationSource({
    clock: parts.now ? { now: parts.now } : clock,
    source: createHttpStatus(),
    anchors: pki.root + pki.issuingAuthority.chain,
  });
}

test("addresses are read from the certificate", () => {
  expect(statusAddresses(seal())).toEqual({
    ocsp: [`${url}/issuing/ocsp`],
    crl: [`${url}/issuing/crl`],
  });
});

test("status is asked over HTTP, once for many certificates", async () => {
  const source = validation();
  const data = await source.dataFor([seal()], []);
  await Promise.all([source.dataFor([seal()], []), source.dataFor([seal()], [])]);
  expect(data.certificates).toHaveLength(3);
  expect([data.ocsps.length, data.crls.length]).toEqual([1, 1]);
  // The issuing authority names a responder that does not answer for it: its list does.
  expect(asked).toEqual(["/issuing/ocsp", "/base/ocsp", "/base/crl"]);
});

test("an authority that does not answer stops the issue only when its last word is old", async () => {
  let ahead = 0;
  const source = validation({ now: () => new Date(clock.now().getTime() + ahead) });
  await source.dataFor([seal()], []);
  down = new Set(["/issuing/ocsp", "/issuing/crl", "/base/crl"]);
  ahead = 2 * HOUR;
  await expect(source.dataFor([seal()], [])).resolves.toBeDefined();
  ahead = 13 * HOUR;
  await expect(source.dataFor([seal()], [])).rejects.toThrow(CertificateDelayed);
});

test("a certificate that is revoked issues nothing", async () => {
  const source = createValidationSource({
    clock,
    source: createTestStatus({ pki, clock, revoked: (one) => one.equals(seal().raw) }),
    anchors: pki.root + pki.issuingAuthority.chain,
  });
  await expect(source.dataFor([seal()], [])).rejects.toThrow(/not good/);
});

test("a root that comes with the token is not trusted for that", async () => {
  const source = createValidationSource({
    clock,
    source: createHttpStatus(),
    anchors: pki.issuingAuthority.chain,
  });
  const pool = [new X509Certificate(pki.root)];
  await expect(source.dataFor([seal()], pool)).rejects.toThrow(/root that is trusted/);
});

test("an unknown issuer is told", async () => {
  const source = createValidationSource({ clock, source: createHttpStatus(), anchors: "" });
  await expect(source.dataFor([seal()], [])).rejects.toThrow(/issuer .* is not known/);
});

describe("time-stamps over HTTP", () => {
  const digest = Buffer.alloc(32, 9);

  test("the second authority answers when the first does not", async () => {
    down = new Set(["/tsa/1"]);
    const authority = createHttpTimeStampAuthority({
      urls: [`${url}/tsa/1`, `${url}/tsa/2`],
      random,
    });
    const token = await authority.stamp(digest);
    expect(verifyToken(token, digest).nonce).toBeDefined();
    expect(asked).toEqual(["/tsa/1", "/tsa/2"]);
  });

  test("no answer, or an answer to another request, is no token", async () => {
    down = new Set(["/tsa/1"]);
    const authority = createHttpTimeStampAuthority({ urls: [`${url}/tsa/1`], random });
    await expect(authority.stamp(digest)).rejects.toThrow(CertificateDelayed);
    const stale = { bytes: (length: number): Buffer => Buffer.alloc(length, 1) };
    const token = await createHttpTimeStampAuthority({
      urls: [`${url}/tsa/2`],
      random: stale,
    }).stamp(digest);
    expect(() => verifyToken(token, Buffer.alloc(32))).toThrow();
  });
});
