import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findCredential, registerCertificate } from "../../src/store/users.ts";
import { systemClock } from "../../src/system.ts";
import { expectInTable } from "../support/client-table.ts";
import { peer } from "../support/peers.ts";
import { openDoor, type OpenDoor } from "../support/soap-door.ts";

const run = promisify(execFile);
const SIGN = fileURLToPath(new URL("clients/zeep_sign.py", import.meta.url));

peer(
  "openssl",
  "/usr/lib/python3/dist-packages/zeep/__init__.py",
  "/usr/share/doc/python3-xmlsec",
)("messages that zeep and xmlsec signed", () => {
  let door: OpenDoor;
  let folder: string;
  let envelopes: Record<"sha256" | "soap12" | "sha512" | "ecdsa" | "sha1" | "unstamped", string>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sms-certificat-sign-"));
    const rsa = await newPair("rsa", ["rsa:2048"]);
    const ec = await newPair("ec", ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
    door = await openDoor({ clock: systemClock });
    const pool = door.story.context.db;
    const user = await findCredential(pool, "demo");
    for (const [, file] of [rsa, ec]) {
      const x509 = new X509Certificate(await readFile(file));
      const certificate = {
        fingerprint: x509.fingerprint256.replaceAll(":", "").toLowerCase(),
        userId: user!.caller.user.userId,
        subject: x509.subject,
        notAfter: new Date(x509.validTo),
      };
      await registerCertificate(pool, certificate, systemClock.now());
    }
    const address = `${door.url}/ws/sms-certificat`;
    const { stdout } = await run("/usr/bin/python3", [SIGN, address, ...rsa, ...ec]);
    envelopes = JSON.parse(stdout) as typeof envelopes;
  });
  afterAll(async () => {
    await door.close();
    await rm(folder, { recursive: true });
  });

  async function newPair(name: string, kind: readonly string[]): Promise<[string, string]> {
    const [key, certificate] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
    await run("openssl", [
      ...["req", "-x509", "-newkey", ...kind, "-nodes", "-keyout", key, "-out", certificate],
      ...["-subj", `/CN=back office ${name}`, "-days", "30"],
    ]);
    return [key, certificate];
  }

  async function answerTo(envelope: string): Promise<string> {
    const is12 = envelope.includes("http://www.w3.org/2003/05/soap-envelope");
    const response = await fetch(`${door.url}/ws/sms-certificat`, {
      method: "POST",
      headers: { "content-type": `${is12 ? "application/soap+xml" : "text/xml"}; charset=utf-8` },
      body: envelope,
    });
    const body = await response.text();
    return /<code>(\w+)<\/code>/.exec(body)?.[1] ?? /<stage>(\w+)</.exec(body)?.[1] ?? body;
  }

  test("tampering, wrapping, doubling and stripping are refused", async () => {
    const { sha256: good } = envelopes;
    const [body = ""] = /<soap-env:Body.*<\/soap-env:Body>/s.exec(good) ?? [];
    const [signature = ""] = /<(\w*:?)Signature .*<\/\1Signature>/s.exec(good) ?? [];
    const [, id = ""] = /Body [^>]*Id="([^"]+)"/.exec(good) ?? [];
    const unsigned = body.replace(/ [\w:]*Id="[^"]+"/, "").replace("+34600100000", "+34600100009");
    const attacks = {
      "another recipient": good.replace("+34600100000", "+34600100009"),
      "another text": good.replace("signat", "firmat"),
      "the signed Body wrapped in a header": good
        .replace(body, unsigned)
        .replace("</soap-env:Header>", `<w xmlns="urn:w">${body}</w></soap-env:Header>`),
      "the same id twice": good.replace(
        "</soap-env:Header>",
        `<w xmlns="urn:w" Id="${id}"/></soap-env:Header>`,
      ),
      "two Bodies": good.replace(body, body + body),
      "two Signatures": good.replace(signature, signature + signature),
      "no Signature": good.replace(signature, ""),
      "an old Timestamp": good.replace(/(Created>)20\d\d/, "$12020"),
      "an algorithm that is none": good.replace(
        "xmldsig-more#rsa-sha256",
        "xmldsig-more#hmac-sha256",
      ),
    };
    const answers = await Promise.all(
      Object.entries(attacks).map(async ([name, envelope]) => {
        expect({ name, changed: envelope !== good }).toEqual({ name, changed: true });
        return [name, await answerTo(envelope)];
      }),
    );
    expect(answers.filter(([, answer]) => answer !== "NotAuthenticated")).toEqual([
      ["two Bodies", "InvalidEnvelope"],
    ]);
  });

  test.each(["sha256", "soap12", "sha512", "ecdsa"] as const)("%s is taken once", async (name) => {
    expect(await answerTo(envelopes[name])).toBe("accepted");
    expect(await answerTo(envelopes[name])).toBe("NotAuthenticated");
    expectInTable("python3-zeep with xmlsec", { "X.509": true });
  });

  test("without a Timestamp it is refused", async () => {
    expect(await answerTo(envelopes.unstamped)).toBe("NotAuthenticated");
  });

  test("SHA-1 is refused unless the entity's policy says so", async () => {
    expect(await answerTo(envelopes.sha1)).toBe("NotAuthenticated");
    await door.story.database.owner.query("update entities set sha1_accepted = true");
    expect(await answerTo(envelopes.sha1)).toBe("accepted");
  });
});
