import { execFile } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { systemClock } from "../../src/system.ts";
import { makePair, type OpensslPair } from "../support/openssl-pair.ts";
import { expectInTable } from "../support/client-table.ts";
import { peer } from "../support/peers.ts";
import { openDoor, registerFor, SECRET, type OpenDoor } from "../support/soap-door.ts";

const run = promisify(execFile);
const at = (file: string): string => fileURLToPath(new URL(`clients/${file}`, import.meta.url));
const COVERED = ["Body", "SignatureConfirmation", "Timestamp"];

/** Where the Java client is built, once. */
let build: string;

beforeAll(async () => {
  build = await mkdtemp(join(tmpdir(), "sms-certificat-jaxws-"));
});
afterAll(() => rm(build, { recursive: true }));

describe.each(["rsa:2048", "ec"] as const)("answers signed with a key of %s", (kind) => {
  let folder: string;
  let service: OpensslPair;
  let client: OpensslPair;
  let door: OpenDoor;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sms-certificat-answers-"));
    service = await makePair(folder, "service", { key: kind });
    client = await makePair(folder, "client", { key: "rsa:2048" });
    const key = createPrivateKey(await readFile(service.keyPath));
    door = await openDoor({
      clock: systemClock,
      responseKey: { key, certificate: service.certificate },
    });
    await registerFor(door, "demo", client.certificate);
    await door.story.database.owner.query("update entities set responses_signed = true");
    await door.story.accept("interop-certificate", "+34600100000");
    await door.story.pass();
  });
  afterAll(async () => {
    await door.close();
    await rm(folder, { recursive: true });
  });

  peer(
    "openssl",
    "/usr/lib/python3/dist-packages/zeep/__init__.py",
    "/usr/share/doc/python3-xmlsec",
  )("zeep with xmlsec", () => {
    test("verifies answers and faults, and would not believe another certificate", async () => {
      const words = [at("zeep_verify.py"), `${door.url}/ws/sms-certificat`];
      const files = [client.keyPath, client.certificatePath, service.certificatePath];
      const { stdout } = await run("/usr/bin/python3", [
        ...words,
        ...files,
        client.certificatePath,
      ]);
      const suite = {
        stage: "accepted",
        fault: "InvalidRecipient",
        pdf: "%PDF-",
        another: "refused",
      };
      const seen = Array.from({ length: 6 }, () => ({ covered: COVERED, confirmed: true }));
      expect(JSON.parse(stdout)).toEqual({ "11": suite, "12": suite, seen });
    });
  });

  peer(
    "openssl",
    "wsimport",
    "javac",
    "/usr/share/java/wss4j.jar",
  )("JAX-WS with WSS4J", () => {
    test("verifies answers and faults; an MTOM caller gets them in one piece", async () => {
      const store = join(folder, "client.p12");
      await run("openssl", [
        ...["pkcs12", "-export", "-inkey", client.keyPath, "-in", client.certificatePath],
        ...["-name", "1", "-passout", "pass:secret", "-out", store],
      ]);
      const words = [build, `${door.url}/ws/sms-certificat`, store, service.certificatePath];
      const { stdout } = await run(at("jaxws/run.sh"), words, {
        env: { ...process.env, MAIN: "SignedAnswers" },
      });
      const suite = { pdf: "%PDF-", fault: "InvalidRecipient" };
      expect(JSON.parse(stdout)).toEqual({
        suites: [suite, suite, suite],
        seen: Array.from({ length: 6 }, () => `${COVERED.join(" ")} true`),
      });
      expectInTable("JAX-WS RI with WSS4J (the engine of CXF and SoapUI)", { "X.509": true });
    });
  });

  test("who does not prove who they are gets an unsigned fault; others get what they ask", async () => {
    const token = (secret: string): string =>
      `<w:Security xmlns:w="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"><w:UsernameToken><w:Username>demo</w:Username><w:Password>${secret}</w:Password></w:UsernameToken></w:Security>`;
    const answer = async (secret: string): Promise<string> => {
      const response = await fetch(`${door.url}/ws/sms-certificat`, {
        method: "POST",
        headers: { "content-type": "text/xml" },
        body: `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header>${token(secret)}</e:Header><e:Body><GetStatus xmlns="urn:sms-certificat:v1"><message><clientReference>x</clientReference></message></GetStatus></e:Body></e:Envelope>`,
      });
      return response.text();
    };
    expect(await answer("wrong")).not.toContain("Signature");
    const signed = await answer(SECRET);
    expect(signed).toContain("<ds:SignatureValue>");
    expect(signed).not.toContain("SignatureConfirmation");
  });
});

test("an entity that wants signed answers of a service without a key is reported", async () => {
  const door = await openDoor({ clock: systemClock });
  try {
    await door.story.database.owner.query("update entities set responses_signed = true");
    const response = await fetch(`${door.url}/ws/sms-certificat`, {
      method: "POST",
      headers: { "content-type": "text/xml" },
      body: `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header><w:Security xmlns:w="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"><w:UsernameToken><w:Username>demo</w:Username><w:Password>${SECRET}</w:Password></w:UsernameToken></w:Security></e:Header><e:Body><GetStatus xmlns="urn:sms-certificat:v1"><message><clientReference>x</clientReference></message></GetStatus></e:Body></e:Envelope>`,
    });
    expect(await response.text()).toContain("<found>");
    expect(door.log.map(({ message }) => message)).toContain(
      "the entity wants signed answers, and RESPONSE_KEY_PATH is not set",
    );
  } finally {
    await door.close();
  }
});
