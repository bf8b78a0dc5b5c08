import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findCredential, registerCertificate } from "../../src/store/parties/users.ts";
import { systemClock } from "../../src/system.ts";
import { peer } from "../support/peers.ts";
import { nodeWords } from "../support/program.ts";
import { openDoor, SECRET, type OpenDoor } from "../support/soap-door.ts";

/** Clients made from the WSDLs of the bus send, ask, fetch and poll, with each way to say who they are. */
const run = promisify(execFile);
const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const ALL_WELL = {
  sent: "ACCEPTAT",
  state: "LLIURAT",
  certificate: true,
  confirmed: "0001",
  batch: ["ACCEPTAT", "630"],
  pica: true,
};

let door: OpenDoor;
let folder: string;
let pair: [key: string, certificate: string];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sms-certificat-bus-"));
  door = await openDoor({ clock: systemClock });
  pair = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  await run("openssl", [
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", pair[0], "-out", pair[1]],
    ...["-subj", "/CN=back office", "-days", "30"],
  ]);
  const { db } = door.story.context;
  const x509 = new X509Certificate(await readFile(pair[1]));
  const user = await findCredential(db, "demo");
  const certificate = {
    fingerprint: x509.fingerprint256.replaceAll(":", "").toLowerCase(),
    userId: user!.caller.user.userId,
    subject: x509.subject,
    notAfter: new Date(x509.validTo),
  };
  await registerCertificate(db, certificate, systemClock.now());
  // The example clients of the bus still sign with SHA-1: the entity's policy takes it.
  await door.story.database.owner.query("update entities set sha1_accepted = true");
});
afterAll(async () => {
  expect(await door.story.integrity()).toEqual([]);
  await door.close();
  await rm(folder, { recursive: true });
});

/** Runs a client while the lifecycle works and the clock of the story goes on. */
async function whileWorking(command: string, words: readonly string[]): Promise<string> {
  const race = { over: false };
  const ended = run(command, words, { timeout: 100_000 }).finally(() => (race.over = true));
  while (!race.over) {
    await door.story.pass(1_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return (await ended).stdout;
}

test("pica-call sends, asks, saves the certificate and polls a batch", async () => {
  const output = join(folder, "certificates");
  const file = at("wsdl/pica/pica-call.yaml");
  const [command, ...words] = nodeWords("src/main.ts", "pica-call");
  const said = await whileWorking(command, [
    ...words,
    ...[file, "--url", door.url, "--secret", SECRET, "--output", output],
  ]);
  expect(said).not.toContain(SECRET);
  expect(said).toContain("<Estat>ACCEPTAT</Estat>");
  expect(said).toContain("<CodigoEstado>0001</CodigoEstado>");
  expect(said).toContain("<CodiError>630</CodiError>");
  expect(said).toContain("SHA-256 as stated");
  const [saved = ""] = await readdir(output);
  expect((await readFile(join(output, saved))).subarray(0, 5).toString()).toBe("%PDF-");
});

peer(
  "openssl",
  "/usr/lib/python3/dist-packages/zeep/__init__.py",
  "/usr/share/doc/python3-xmlsec",
)("python3-zeep", () => {
  test("by token, and with a Body signed with SHA-256 and with SHA-1", async () => {
    const client = at("test/interop/clients/pica/zeep_client.py");
    const report = await whileWorking("/usr/bin/python3", [client, door.url, SECRET, ...pair]);
    expect(JSON.parse(report)).toEqual({ token: ALL_WELL, sha256: ALL_WELL, sha1: ALL_WELL });
    const weak = door.log.filter(({ message }) => message.includes("SHA-1"));
    expect(weak.length).toBeGreaterThan(0);
  });
});
