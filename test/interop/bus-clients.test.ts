import { execFile } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { sha256 } from "../../src/domain/content.ts";
import { fetchCertificate } from "../../src/lifecycle/calls/fetch-certificate.ts";
import { setAuthenticationPolicy, setResponsesSigned } from "../../src/store/parties/entities.ts";
import { setBusPolicy } from "../../src/store/parties/requesters.ts";
import { systemClock } from "../../src/system.ts";
import { freePort } from "../support/free-port.ts";
import { makePair, type OpensslPair } from "../support/openssl-pair.ts";
import { peer } from "../support/peers.ts";
import { nodeWords } from "../support/program.ts";
import { INE10, openDoor, registerFor, SECRET, type OpenDoor } from "../support/soap-door.ts";

/** Clients made from the WSDLs of the bus send, ask, fetch and poll, with each way to say who they are. */
const run = promisify(execFile);
const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const ALL_WELL = {
  sent: "ACCEPTAT",
  state: "LLIURAT",
  certificate: true,
  confirmed: "0001",
  batch: ["ACCEPTAT", "630"],
  batchState: "LLIURAT",
  batchCertificate: true,
  pica: true,
};

let door: OpenDoor;
let folder: string;
let client: OpensslPair;
let service: OpensslPair;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sms-certificat-bus-"));
  client = await makePair(folder, "client", { key: "rsa:2048" });
  service = await makePair(folder, "service", { key: "rsa:2048" });
  const key = createPrivateKey(await readFile(service.keyPath));
  door = await openDoor({
    clock: systemClock,
    responseKey: { key, certificate: service.certificate },
  });
  await registerFor(door, "demo", client.certificate);
});
beforeEach(async () => {
  await acceptSha1(false);
  await setResponsesSigned(door.story.context.db, door.story.caller.entity.entityId, false);
});
afterAll(async () => {
  expect(await door.story.integrity()).toEqual([]);
  await door.close();
  await rm(folder, { recursive: true });
});

/** The example clients of the bus still sign with SHA-1. */
async function acceptSha1(sha1: boolean): Promise<void> {
  const { context, caller } = door.story;
  const policy = { accepts: ["passwordText", "x509"], sha1 };
  await setAuthenticationPolicy(context.db, caller.entity.nif, policy);
}

/** Runs a client while the lifecycle works and the clock of the story goes on. */
async function whileWorking(command: string, words: readonly string[]): Promise<string> {
  const race = { over: false };
  const ended = run(command, words, { timeout: 100_000 }).finally(() => (race.over = true));
  ended.catch(() => undefined);
  while (!race.over) {
    await door.story.pass(1_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return (await ended).stdout;
}

/** The PDFs that a client has fetched in batches are the certificates of what it sent. */
async function expectCertificates(...ids: string[]): Promise<void> {
  const { context, caller } = door.story;
  const { entity } = caller;
  const user = { ...caller.user, permissions: ["certificates", "consult"] as const };
  for (const id of ids) {
    const key = { clientReference: `${id}/1` };
    const stored = await fetchCertificate(context, { entity, user }, key);
    const fetched = await readFile(join(folder, `${id}.pdf`));
    expect(stored).toMatchObject({ state: "issued", sha256: sha256(fetched) });
  }
}

const weakSignatures = (): number =>
  door.log.filter(({ message }) => message.startsWith("a signature with SHA-1")).length;

async function picaCall(...options: string[]): Promise<string> {
  const [command, ...words] = nodeWords("src/main.ts", "pica-call");
  return whileWorking(command, [...words, ...options, "--url", door.url]);
}

test("pica-call sends, asks, saves the certificate and polls a batch", async () => {
  const output = join(folder, "certificates");
  const file = at("wsdl/pica/pica-call.yaml");
  const said = await picaCall(file, "--secret", SECRET, "--output", output);
  expect(said).not.toContain(SECRET);
  expect(said).toContain("<Estat>ACCEPTAT</Estat>");
  expect(said).toContain("<CodigoEstado>0001</CodigoEstado>");
  expect(said).toContain("<CodiError>630</CodiError>");
  expect(said).toContain("SHA-256 as stated");
  const [saved = ""] = await readdir(output);
  expect((await readFile(join(output, saved))).subarray(0, 5).toString()).toBe("%PDF-");
});

test("pica-call names the address that does not answer", async () => {
  const nobody = `http://127.0.0.1:${await freePort()}`;
  const words = ["pica-call", at("wsdl/pica/pica-call.yaml"), "--secret", SECRET, "--url", nobody];
  const [command, ...all] = nodeWords("src/main.ts", ...words);
  await expect(run(command, all)).rejects.toMatchObject({
    stderr: `pica-call failed: ${nobody}/ws/pica/Sincron does not answer (ECONNREFUSED)\n`,
  });
});

peer("openssl")("pica-call with a key", () => {
  test("signs the Body instead, in the spelling of PICA, from a JSON file", async () => {
    const file = join(folder, "calls.json");
    const PeticioEnviament = { Destinatari: { Telefon: "+34600100000" }, Text: "Signat: l·l" };
    const calls = {
      spelling: "cridaSincrona",
      key: "client.key",
      certificate: "client.pem",
      requester: { code: INE10, name: "Departament de Proves", purpose: "PROVES" },
      issuer: { nif: "S0811001G", name: "Departament de Proves" },
      officer: { name: "Funcionària de Prova", nif: "00000000T" },
      calls: [{ id: "signed-call", requests: [{ id: "1", PeticioEnviament }] }],
    };
    await writeFile(file, JSON.stringify(calls));
    const said = await picaCall(file);
    expect(said).toContain("<ds:SignatureValue>");
    expect(said).not.toContain("UsernameToken");
    expect(said).toContain("<Estat>ACCEPTAT</Estat>");
    const { rows } = await door.story.database.app.query<{ username: string }>(
      `select username from messages join users using (user_id)
       where client_reference = 'signed-call/1'`,
    );
    expect(rows).toEqual([{ username: "demo" }]);
    // Whoever is not registered is refused, and pica-call fails.
    const stranger = await makePair(folder, "stranger", { key: "rsa:2048" });
    const [key, certificate] = [stranger.keyPath, stranger.certificatePath];
    await writeFile(file, JSON.stringify({ ...calls, key, certificate }));
    await expect(picaCall(file)).rejects.toMatchObject({ code: 1 });
  });
});

peer(
  "openssl",
  "/usr/lib/python3/dist-packages/zeep/__init__.py",
  "/usr/share/doc/python3-xmlsec",
)("python3-zeep", () => {
  test("by token, and with a Body signed with SHA-256 and with SHA-1", async () => {
    await acceptSha1(true);
    const before = weakSignatures();
    const words = [at("test/interop/clients/pica/zeep_client.py"), door.url, SECRET];
    const files = [client.keyPath, client.certificatePath, folder];
    const report = await whileWorking("/usr/bin/python3", [...words, ...files]);
    expect(JSON.parse(report)).toEqual({ token: ALL_WELL, sha256: ALL_WELL, sha1: ALL_WELL });
    await expectCertificates("zeep-token", "zeep-sha256", "zeep-sha1");
    expect(weakSignatures()).toBeGreaterThan(before);
  });
});

peer(
  "openssl",
  "wsimport",
  "javac",
  "/usr/share/java/wss4j.jar",
)("JAX-WS with WSS4J", () => {
  /** A message of another product, and one without IdPeticion: an answer and a fault. */
  const wrong = ["0234", "SchemaViolation"];
  let build: string;
  let store: string;
  beforeAll(async () => {
    build = await mkdtemp(join(tmpdir(), "sms-certificat-bus-jaxws-"));
    store = join(folder, "client.p12");
    await run("openssl", [
      ...["pkcs12", "-export", "-inkey", client.keyPath, "-in", client.certificatePath],
      ...["-name", "1", "-passout", "pass:secret", "-out", store],
    ]);
  });
  afterAll(() => rm(build, { recursive: true }));

  async function suites(...means: string[]): Promise<unknown> {
    const words = [build, door.url, SECRET, store, service.certificatePath, folder, ...means];
    return JSON.parse(await whileWorking(at("test/interop/clients/pica/run.sh"), words));
  }

  test("made by strict wsimport: by token and with a Body signed with SHA-256, not with SHA-1", async () => {
    const [fault, answers] = ["NotAuthenticated", "unsigned"];
    expect(await suites("token", "sha256", "sha1", "sha256-body-only")).toEqual({
      token: { ...ALL_WELL, wrong, answers },
      sha256: { ...ALL_WELL, wrong, answers },
      sha1: { fault, answers },
      "sha256-body-only": { fault, answers },
    });
    const log = await readFile(join(build, "wsimport.log"), "utf8");
    const wsdls = await readdir(at("wsdl/pica"));
    const { length } = wsdls.filter((name) => name.endsWith(".wsdl"));
    expect(log.match(/parsing WSDL/g)).toHaveLength(length);
    expect(log).not.toMatch(/WARNING|ERROR/);
    await expectCertificates("jaxws-token", "jaxws-sha256");
  });

  test("with SHA-1 where the entity's policy takes it, and with signed answers", async () => {
    await acceptSha1(true);
    const { context, caller } = door.story;
    await setResponsesSigned(context.db, caller.entity.entityId, true);
    await setBusPolicy(context.db, caller.entity.entityId, { timestamp: "unsigned" });
    const before = weakSignatures();
    const answers = "Body SignatureConfirmation Timestamp";
    // The example client of PCI: SHA-1, the Body alone, a Timestamp beside it.
    expect(await suites("sha1", "sha1-body-only")).toEqual({
      sha1: { ...ALL_WELL, wrong, answers },
      "sha1-body-only": { ...ALL_WELL, wrong, answers },
    });
    await expectCertificates("jaxws-sha1", "jaxws-sha1-body-only");
    expect(weakSignatures()).toBeGreaterThan(before);
  });
});
