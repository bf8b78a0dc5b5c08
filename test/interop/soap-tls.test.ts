import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls, type PeerCertificate } from "node:tls";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createClientCertificateReader } from "../../src/https/client-certificate.ts";
import { openServer } from "../../src/https/open-server.ts";
import { refuseRequest } from "../../src/portal/last-answers.ts";
import { setBusPolicy } from "../../src/store/parties/requesters.ts";
import { systemClock } from "../../src/system.ts";
import { createHands, type Hands } from "../support/hands.ts";
import { AUTHORITY, makePair, type OpensslPair } from "../support/openssl-pair.ts";
import { peer } from "../support/peers.ts";
import { freePort } from "../support/free-port.ts";
import { openDoor, registerFor, type OpenDoor } from "../support/soap-door.ts";

const run = promisify(execFile);
const NO_PROXY = { trusted: [], clientCertificateHeader: undefined };
const REQUEST = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
  <GetStatus xmlns="urn:sms-certificat:v1"><message><clientReference>x</clientReference></message></GetStatus>
</s:Body></s:Envelope>`;

let folder: string;
let authority: OpensslPair;
let server: OpensslPair;
let renewed: OpensslPair;
let own: OpensslPair;
let stranger: OpensslPair;

const SERVER = {
  subject: "/CN=localhost",
  extensions: ["subjectAltName=DNS:localhost,IP:127.0.0.1"],
} as const;

async function makeFiles(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), "sms-certificat-tls-"));
  authority = await makePair(folder, "authority", { extensions: AUTHORITY });
  server = await makePair(folder, "server", { ...SERVER, issuer: authority });
  renewed = await makePair(folder, "renewed", { ...SERVER, key: "rsa:2048", issuer: authority });
  own = await makePair(folder, "own", { key: "rsa:2048", issuer: authority });
  const elsewhere = await makePair(folder, "elsewhere", { extensions: AUTHORITY });
  stranger = await makePair(folder, "stranger", { issuer: elsewhere });
  await writeFile(join(folder, "request.xml"), REQUEST);
}

/** What curl gets for a request that carries no WS-Security header. */
async function curl(address: string, ...words: string[]): Promise<string> {
  const { stdout } = await run("curl", [
    ...["--silent", "--show-error", "--cacert", authority.certificatePath, "--max-time", "20"],
    ...["--header", "Content-Type: text/xml; charset=utf-8", "--data-binary"],
    ...[`@${join(folder, "request.xml")}`, ...words, `${address}/ws/sms-certificat`],
  ]);
  return /<code>(\w+)</.exec(stdout)?.[1] ?? (stdout.includes("<found>") ? "answered" : stdout);
}

const as = (pair: OpensslPair): string[] => ["--cert", pair.certificatePath, "--key", pair.keyPath];

peer("openssl", "curl")("TLS of the service itself", () => {
  let door: OpenDoor;
  let hands: Hands;
  const told: string[] = [];
  let files: { keyPath: string; certificatePath: string; clientCaPath: string };

  beforeAll(async () => {
    await makeFiles();
    files = {
      keyPath: join(folder, "in-use.key"),
      certificatePath: join(folder, "in-use.pem"),
      clientCaPath: authority.certificatePath,
    };
    await copyFile(server.keyPath, files.keyPath);
    await copyFile(server.certificatePath, files.certificatePath);
    hands = createHands();
    const note = (message: string): void => void told.push(message);
    const https = openServer(
      { tls: { ...files, keyPassword: undefined }, proxies: NO_PROXY },
      { timers: hands.timers, log: { info: note, warn: note }, refuse: refuseRequest },
    );
    const clientCertificateOf = createClientCertificateReader(NO_PROXY);
    door = await openDoor({ clock: systemClock, clientCertificateOf }, https);
    await registerFor(door, "demo", own.certificate);
    await registerFor(door, "text-only", stranger.certificate);
  });
  afterAll(async () => {
    await door.close();
    await rm(folder, { recursive: true });
  });

  test("curl: a registered client certificate authenticates; none, or a header, does not", async () => {
    expect(await curl(door.url, ...as(own))).toBe("answered");
    expect(await curl(door.url)).toBe("NotAuthenticated");
    const forged = `Client-Cert: :${own.certificate.raw.toString("base64")}:`;
    expect(await curl(door.url, "--header", forged)).toBe("NotAuthenticated");
  });

  test("one that is registered but from an authority outside the settings does not count", async () => {
    expect(await curl(door.url, ...as(stranger))).toBe("NotAuthenticated");
  });

  test("curl: at the doors of the bus it tells the user, when the policy of the body says so", async () => {
    const { context, caller } = door.story;
    const { entityId } = caller.entity;
    const contract = fileURLToPath(new URL("../contract/pica/", import.meta.url));
    const request = await readFile(join(contract, "Sincron__lenient-minimal/request.xml"), "utf8");
    const file = join(folder, "petition.xml");
    await writeFile(file, request.replace(/<soap:Header>.*<\/soap:Header>/s, ""));
    const petition = async (...words: string[]): Promise<string> => {
      const { stdout } = await run("curl", [
        ...["--silent", "--show-error", "--cacert", authority.certificatePath, "--data-binary"],
        ...[`@${file}`, "--header", "Content-Type: text/xml", ...words],
        `${door.url}/ws/pica/Sincron`,
      ]);
      return (
        /<(?:Estat|code)>(\w+)</.exec(stdout)?.[1] ??
        /<LiteralError>([^<]+)</.exec(stdout)?.[1] ??
        stdout
      );
    };
    expect(await petition()).toBe("NotAuthenticated");
    expect(await petition(...as(own))).toBe("ACCEPTAT");
    await setBusPolicy(context.db, entityId, { userBy: ["usernameToken", "signature"] });
    expect(await petition(...as(own))).toContain("no accepta aquesta manera");
    await setBusPolicy(context.db, entityId, { userBy: ["connection"] });
    expect(await petition(...as(own))).toBe("ACCEPTAT");
    const { rows } = await context.db.query<{ username: string }>(
      "select username from messages join users using (user_id)",
    );
    expect(rows).toEqual([{ username: "demo" }]);
  });

  test("TLS 1.2 and 1.3 are spoken, 1.1 and ciphers without forward secrecy are not", async () => {
    expect(await curl(door.url, ...as(own), "--tls-max", "1.2")).toBe("answered");
    expect(await curl(door.url, ...as(own), "--tlsv1.3")).toBe("answered");
    await expect(curl(door.url, "--tls-max", "1.1")).rejects.toThrow();
    await expect(
      curl(door.url, "--tls-max", "1.2", "--ciphers", "AES256-SHA256"),
    ).rejects.toThrow();
  });

  test("a resumed session is still the caller's", async () => {
    const sockets = { port: Number(new URL(door.url).port), host: "127.0.0.1" };
    const identity = {
      ca: [await readFile(authority.certificatePath)],
      cert: await readFile(own.certificatePath),
      key: await readFile(own.keyPath),
    };
    const call = async (session?: Buffer): Promise<[string, Buffer, boolean]> => {
      const socket = connectTls({ ...sockets, ...identity, ...(session && { session }) });
      let ticket: Buffer = Buffer.alloc(0);
      socket.on("session", (made: Buffer) => (ticket = made));
      await once(socket, "secureConnect");
      socket.write(
        `POST /ws/sms-certificat HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nConnection: close\r\nContent-Length: ${REQUEST.length}\r\n\r\n${REQUEST}`,
      );
      let said = "";
      socket.on("data", (chunk: Buffer) => (said += chunk.toString()));
      const wasReused = socket.isSessionReused();
      await once(socket, "close");
      return [said, ticket, wasReused];
    };
    const [first, session] = await call();
    const [second, , wasReused] = await call(session);
    expect(wasReused).toBe(true);
    expect([first, second].map((said) => said.includes("<found>"))).toEqual([true, true]);
  });

  test("a caller of plain HTTP is cut off, and the next one is served", async () => {
    const socket = connect(Number(new URL(door.url).port), "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write("POST / HTTP/1.1\r\n\r\n");
    await once(socket, "close");
    expect(await curl(door.url, ...as(own))).toBe("answered");
  });

  test("a renewed certificate is taken without a restart, half a renewal is not", async () => {
    const shown = async (): Promise<string> => {
      const socket = connectTls({
        port: Number(new URL(door.url).port),
        host: "127.0.0.1",
        ca: [await readFile(authority.certificatePath)],
      });
      await once(socket, "secureConnect");
      const certificate: PeerCertificate = socket.getPeerCertificate();
      socket.destroy();
      return certificate.fingerprint256.replaceAll(":", "").toLowerCase();
    };
    expect(await shown()).toBe(server.fingerprint);
    await copyFile(renewed.certificatePath, files.certificatePath);
    await hands.advance(65_000);
    expect(await shown()).toBe(server.fingerprint);
    expect(told).toEqual(["the TLS files changed and cannot be used"]);
    await copyFile(renewed.keyPath, files.keyPath);
    await hands.advance(30_000);
    expect(await shown()).toBe(renewed.fingerprint);
    expect(told).toHaveLength(2);
    expect(await curl(door.url, ...as(own))).toBe("answered");
  });

  peer("php", "/usr/share/doc/php8.2-soap")("php-soap", () => {
    test("calls with its client certificate", async () => {
      const both = join(folder, "both.pem");
      const parts = await Promise.all(
        [own.certificatePath, own.keyPath].map((path) => readFile(path)),
      );
      await writeFile(both, Buffer.concat(parts));
      const script = `$c = new SoapClient($argv[1] . '?wsdl', ['local_cert' => $argv[2],
        'stream_context' => stream_context_create(['ssl' => ['cafile' => $argv[3]]])]);
        echo json_encode($c->GetStatus(['message' => [['clientReference' => 'x']]]));`;
      const address = `${door.url}/ws/sms-certificat`;
      const { stdout } = await run("php", ["-r", script, address, both, authority.certificatePath]);
      expect(JSON.parse(stdout)).toMatchObject({ message: { found: false } });
    });
  });
});

peer(
  "openssl",
  "curl",
  "nginx",
)("nginx in front", () => {
  let door: OpenDoor;
  let nginx: ChildProcess;
  let url: string;

  beforeAll(async () => {
    await makeFiles();
    const proxies = {
      trusted: ["127.0.0.1"],
      clientCertificateHeader: "x-ssl-client-cert",
    } as const;
    const plain = openServer(
      { tls: undefined, proxies },
      {
        timers: createHands().timers,
        log: { info: () => undefined, warn: () => undefined },
        refuse: refuseRequest,
      },
    );
    const clientCertificateOf = createClientCertificateReader(proxies);
    door = await openDoor({ clock: systemClock, clientCertificateOf }, plain);
    await registerFor(door, "demo", own.certificate);
    const port = await freePort();
    url = `https://127.0.0.1:${port}`;
    const configuration = join(folder, "nginx.conf");
    await writeFile(configuration, nginxConfiguration(port));
    nginx = spawn("nginx", ["-c", configuration, "-p", folder, "-e", join(folder, "error.log")], {
      env: { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin` },
      stdio: ["ignore", "ignore", "inherit"],
    });
    await run("curl", [
      ...["--silent", "--insecure", "--retry", "30", "--retry-connrefused", "--retry-delay", "1"],
      `${url}/ws/sms-certificat?wsdl`,
    ]);
  });
  afterAll(async () => {
    nginx.kill("SIGTERM");
    await once(nginx, "exit");
    await door.close();
    await rm(folder, { recursive: true });
  });

  function nginxConfiguration(port: number): string {
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map((kind) => `${kind}_temp_path ${join(folder, kind)};`)
      .join(" ");
    return `daemon off; pid ${join(folder, "nginx.pid")}; worker_processes 1;
      events {}
      http {
        access_log off; ${temporary}
        server {
          listen 127.0.0.1:${port} ssl;
          ssl_certificate ${server.certificatePath};
          ssl_certificate_key ${server.keyPath};
          ssl_client_certificate ${authority.certificatePath};
          ssl_verify_client optional;
          location / {
            proxy_pass ${door.url};
            proxy_set_header X-SSL-Client-Cert $ssl_client_escaped_cert;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
          }
        }
      }`;
  }

  test("it hands on the client certificate, and strips one that a caller writes", async () => {
    expect(await curl(url, ...as(own))).toBe("answered");
    expect(await curl(url)).toBe("NotAuthenticated");
    const forged = `X-SSL-Client-Cert: ${encodeURIComponent(own.certificate.toString())}`;
    expect(await curl(url, "--header", forged)).toBe("NotAuthenticated");
    const rfc9440 = `Client-Cert: :${own.certificate.raw.toString("base64")}:`;
    expect(await curl(url, "--header", rfc9440)).toBe("NotAuthenticated");
  });
});
