import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { AUTHORITY, makePair, type OpensslPair } from "../support/openssl-pair.ts";
import { peer } from "../support/peers.ts";
import { nodeWords } from "../support/program.ts";
import { serve, type Served } from "../support/served.ts";

const exec = promisify(execFile);
const BODY = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
  <GetStatus xmlns="urn:sms-certificat:v1"><message><clientReference>x</clientReference></message></GetStatus>
</s:Body></s:Envelope>`;
const NIF = ["--nif", "Q0801175A"];

peer("openssl")("the service with TLS of its own, as its administrator sets it up", () => {
  let folder: string;
  let database: TestDatabase;
  let environment: Record<string, string>;
  let authority: OpensslPair;
  let server: OpensslPair;
  let office: OpensslPair;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sms-certificat-https-"));
    database = await createTestDatabase();
    authority = await makePair(folder, "authority", { extensions: AUTHORITY });
    const extensions = ["subjectAltName=IP:127.0.0.1"];
    server = await makePair(folder, "server", { issuer: authority, extensions });
    const subject = "/C=ES/CN=Back office/serialNumber=IDCES-00000000T";
    office = await makePair(folder, "office", { issuer: authority, subject });
    environment = {
      DATABASE_URL: database.appUrl,
      DATABASE_OWNER_URL: database.ownerUrl,
      DATA_DIRECTORY: folder,
      TLS_KEY_PATH: server.keyPath,
      TLS_CERTIFICATE_PATH: server.certificatePath,
      TLS_CLIENT_CA_PATH: authority.certificatePath,
      RESPONSE_KEY_PATH: server.keyPath,
      RESPONSE_CERTIFICATE_PATH: server.certificatePath,
    };
  });
  afterAll(async () => {
    await database.drop();
    await rm(folder, { recursive: true });
  });

  async function run(...words: string[]): Promise<string> {
    const [command, ...args] = nodeWords("src/main.ts", ...words);
    const env = { ...process.env, ...environment };
    const { stdout } = await exec(command, args, { env }).catch((error: unknown) => ({
      stdout: `refused: ${(error as { stderr: string }).stderr}`,
    }));
    return stdout;
  }

  async function call(served: Served): Promise<string> {
    const identity = {
      ca: await readFile(authority.certificatePath),
      cert: await readFile(office.certificatePath),
      key: await readFile(office.keyPath),
    };
    return new Promise((resolve, reject) => {
      const post = request(
        `${served.url.replace("http:", "https:")}/ws/sms-certificat`,
        { ...identity, method: "POST", headers: { "content-type": "text/xml" } },
        (response) => {
          let body = "";
          response.on("data", (chunk: Buffer) => (body += chunk.toString()));
          response.on("end", () => resolve(body));
        },
      );
      post.on("error", reject);
      post.end(BODY);
    });
  }

  test("an authority and a NIF are trusted, answers signed, and all of it taken back", async () => {
    const served = await serve(environment);
    try {
      expect(served.output()).toContain(`${served.url.replace("http:", "https:")}/ws/`);
      expect(await call(served)).toContain("<code>NotAuthenticated</code>");
      await run("entity", "add", ...NIF, "--name", "Consorci de Prova");
      await run("user", "add", "--entity", "Q0801175A", "--username", "office");
      await run("trust", "anchor", ...NIF, "--file", authority.certificatePath);
      const named = ["--username", "office", "--legal-id", "00000000t"];
      expect(await run("trust", "subject", ...named)).toContain("stand for office");
      expect(await run("trust", "subject", ...named)).toContain("stands for a user already");
      expect(await run("trust", "anchor", ...NIF, "--file", office.certificatePath)).toContain(
        "certificates of authorities only",
      );
      const answer = await call(served);
      expect(answer).toContain("<found>false</found>");
      expect(answer).not.toContain("SignatureValue");

      await run("trust", "responses", ...NIF, "--signed", "yes");
      expect(await call(served)).toContain("<ds:SignatureValue>");
      expect(JSON.parse(await run("trust", "list", ...NIF, "--json"))).toMatchObject([
        { what: "anchor", name: "CN=authority", fingerprint: authority.fingerprint },
        { what: "nif", name: "00000000T", username: "office" },
      ]);

      await run("trust", "forget", ...named);
      expect(await call(served)).toContain("<code>NotAuthenticated</code>");
      await run("trust", "withdraw", ...NIF, "--fingerprint", authority.fingerprint);
      expect(JSON.parse(await run("trust", "list", ...NIF, "--json"))).toEqual([]);
    } finally {
      await served.stop();
    }
  }, 120_000);
});
