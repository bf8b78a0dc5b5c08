import { execFile } from "node:child_process";
import type { X509Certificate } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import fastify from "fastify";
import { insertAnchor, insertSubject } from "../../src/store/parties/anchors.ts";
import { findCredential } from "../../src/store/parties/users.ts";
import { systemClock } from "../../src/system.ts";
import { expectInTable } from "../support/client-table.ts";
import { AUTHORITY, makePair, type OpensslPair } from "../support/openssl-pair.ts";
import { peer } from "../support/peers.ts";
import { openDoor, openReplica, registerFor, type OpenDoor } from "../support/soap-door.ts";

type Envelope =
  | ("sha256" | "soap12" | "sha512" | "sha1" | "unstamped" | "ecdsa" | "ecdsa512" | "issued")
  | ("replicas" | "comment" | "cdata" | "stranger" | "no Body" | "no Timestamp" | "inclusive")
  | ("with comments" | "enveloped" | "untransformed");

const run = promisify(execFile);
const SIGN = fileURLToPath(new URL("clients/zeep_sign.py", import.meta.url));

peer(
  "openssl",
  "/usr/lib/python3/dist-packages/zeep/__init__.py",
  "/usr/share/doc/python3-xmlsec",
)("messages that zeep and xmlsec signed", () => {
  let door: OpenDoor;
  let folder: string;
  let other: X509Certificate;
  let envelopes: Readonly<Record<Envelope, string>>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sms-certificat-sign-"));
    const rsa = await makePair(folder, "rsa", { key: "rsa:2048" });
    const ec = await makePair(folder, "ec", { key: "ec" });
    const authority = await makePair(folder, "authority", { extensions: AUTHORITY });
    const subject = "/C=ES/CN=Segell/organizationIdentifier=VATES-Q0801175A";
    const issued = await makePair(folder, "issued", {
      key: "rsa:2048",
      issuer: authority,
      subject,
    });
    const stranger = await makePair(folder, "stranger", { key: "rsa:2048" });
    door = await openDoor({ clock: systemClock }, fastify({ trustProxy: "loopback" }));
    other = ec.certificate;
    await registerFor(door, "demo", rsa.certificate);
    await registerFor(door, "demo", ec.certificate);
    await trustIssuer(authority);
    const words = [rsa, ec, issued, stranger].flatMap((pair) => [
      pair.keyPath,
      pair.certificatePath,
    ]);
    const address = `${door.url}/ws/sms-certificat`;
    const { stdout } = await run("/usr/bin/python3", [SIGN, address, ...words]);
    envelopes = JSON.parse(stdout) as typeof envelopes;
  });
  afterAll(async () => {
    await door.close();
    await rm(folder, { recursive: true });
  });

  /** Lets the NIF in certificates of an authority stand for a user. */
  async function trustIssuer({ certificate, fingerprint }: OpensslPair): Promise<void> {
    const { context, caller } = door.story;
    const { db } = context;
    const now = systemClock.now();
    const anchor = {
      fingerprint,
      certificate: certificate.raw,
      subject: certificate.subject,
      notAfter: new Date(certificate.validTo),
    };
    await insertAnchor(db, caller.entity.entityId, anchor, now);
    const user = await findCredential(db, "demo");
    await insertSubject(db, user!.caller.user.userId, { kind: "nif", value: "Q0801175A" }, now);
  }

  /** Each call comes from another address: who fails again and again at one is slowed down. */
  let calls = 0;
  async function answerTo(envelope: string, at = door.url): Promise<string> {
    const is12 = envelope.includes("http://www.w3.org/2003/05/soap-envelope");
    const response = await fetch(`${at}/ws/sms-certificat`, {
      method: "POST",
      headers: {
        "content-type": `${is12 ? "application/soap+xml" : "text/xml"}; charset=utf-8`,
        "x-forwarded-for": `2001:db8:0:${(calls += 1)}::1`,
      },
      body: envelope,
    });
    const body = await response.text();
    return /<code>(\w+)<\/code>/.exec(body)?.[1] ?? /<stage>(\w+)</.exec(body)?.[1] ?? body;
  }

  test("tampering, wrapping, doubling and stripping are refused", async () => {
    const { sha256: good } = envelopes;
    const piece = (pattern: RegExp): string => {
      const [found] = pattern.exec(good) ?? [];
      if (found === undefined) throw new Error(`the message has no ${pattern.source}`);
      return found;
    };
    const body = piece(/<soap-env:Body.*<\/soap-env:Body>/s);
    const signature = piece(/<(\w*:?)Signature .*<\/\1Signature>/s);
    const security = piece(/<wsse:Security.*<\/wsse:Security>/s);
    const stamp = piece(/<wsu:Timestamp.*<\/wsu:Timestamp>/s);
    const token = piece(/<wsse:BinarySecurityToken.*<\/wsse:BinarySecurityToken>/s);
    const signedInfo = piece(/<(\w*:?)SignedInfo>.*<\/\1SignedInfo>/s);
    const digest = piece(/(?<=<(\w*:?)DigestValue>)[^<]+/);
    const bodyId = piece(/(?<=Body [^>]*Id=")[^"]+/);
    const tokenId = piece(/(?<=BinarySecurityToken [^>]*Id=")[^"]+/);
    const forged = body.replace("+34600100000", "+34600100009");
    const unsigned = forged.replace(/ [\w:]*Id="[^"]+"/, "");
    const inHeader = (content: string): string =>
      `<w xmlns="urn:w">${content}</w></soap-env:Header>`;
    const attacks: Record<string, string> = {
      "another recipient": good.replace("+34600100000", "+34600100009"),
      "another text": good.replace("signat", "firmat"),
      "the signed Body wrapped in a header": good
        .replace(body, unsigned)
        .replace("</soap-env:Header>", inHeader(body)),
      "the signed Body wrapped in the Security header": good
        .replace(body, unsigned)
        .replace("</wsse:Security>", `${body}</wsse:Security>`),
      "the signed Body wrapped in the forged one": good.replace(
        body,
        unsigned.replace("</soap-env:Body>", `${body}</soap-env:Body>`),
      ),
      "the signed Body beside the forged one with the same id": good
        .replace(body, forged)
        .replace("</soap-env:Header>", inHeader(body)),
      "the same id in another spelling": good
        .replace(body, unsigned.replace("<soap-env:Body", `<soap-env:Body Id="${bodyId}"`))
        .replace("</soap-env:Header>", inHeader(body)),
      "the same id twice": good.replace(
        "</soap-env:Header>",
        `<w xmlns="urn:w" Id="${bodyId}"/></soap-env:Header>`,
      ),
      "two Bodies": good.replace(body, body + body),
      "two Signatures": good.replace(signature, signature + signature),
      "no Signature": good.replace(signature, ""),
      "the Signature in a header for somebody else": good.replace(
        security,
        security.replace("<wsse:Security", '<wsse:Security soap-env:actor="urn:else"'),
      ),
      "two Security headers": good.replace(security, security + security),
      "two SignedInfo": good.replace(signedInfo, signedInfo + signedInfo),
      "an old Timestamp": good.replace(/(Created>)20\d\d/, "$12020"),
      "a new Timestamp in place of the signed one, which is elsewhere": good
        .replace(stamp, stamp.replace(/ [\w:]*Id="[^"]+"/, ""))
        .replace("</soap-env:Header>", inHeader(stamp)),
      "a second Timestamp": good.replace(stamp, stamp + stamp.replace(/ [\w:]*Id="[^"]+"/, "")),
      "a DTD": good.replace("<soap-env:Envelope", "<!DOCTYPE x><soap-env:Envelope"),
      "a digest in a comment": good
        .replace("signat", "firmat")
        .replace(digest, `<!-- ${digest} -->${digest}`),
      "a digest cut by a comment": good.replace(digest, `${digest.slice(0, 4)}<!-- x -->A`),
      "an algorithm that is none": good.replace(
        "xmldsig-more#rsa-sha256",
        "xmldsig-more#hmac-sha256",
      ),
      "no algorithm": good.replace(/SignatureMethod Algorithm="[^"]*"/, "SignatureMethod"),
      "a reference to the whole document": good.replace(`URI="#${bodyId}"`, 'URI=""'),
      "a reference outside": good.replace(`URI="#${bodyId}"`, 'URI="http://127.0.0.1/x"'),
      "a reference by XPointer": good.replace(
        `URI="#${bodyId}"`,
        `URI="#xpointer(id('${bodyId}'))"`,
      ),
      "a key that is named elsewhere": good.replace(`URI="#${tokenId}"`, 'URI="#else"'),
      "two tokens": good.replace(token, token + token.replace(/ [\w:]*Id="[^"]+"/, "")),
      "the token of another certificate": good.replace(
        token,
        token.replace(/>[^<]+</, `>${other.raw.toString("base64")}<`),
      ),
      "a token that is no certificate": good.replace(token, token.replace(/>[^<]+</, ">AAAA<")),
      "an empty SignatureValue": good.replace(/(SignatureValue>)[^<]+/, "$1"),
    };
    const answers = await Promise.all(
      Object.entries(attacks).map(async ([name, envelope]) => {
        expect({ name, changed: envelope !== good }).toEqual({ name, changed: true });
        return [name, await answerTo(envelope)];
      }),
    );
    expect(answers.filter(([, answer]) => answer !== "NotAuthenticated")).toEqual([
      ["the signed Body wrapped in the forged one", "InvalidEnvelope"],
      ["two Bodies", "InvalidEnvelope"],
      ["a DTD", "InvalidEnvelope"],
    ]);
    // The untouched message was not used up by any of them.
    expect(await answerTo(good)).toBe("accepted");
  });

  test.each([
    "no Body",
    "no Timestamp",
    "inclusive",
    "with comments",
    "enveloped",
    "untransformed",
  ] as const)("a signature that holds but says too little is refused: %s", async (name) => {
    expect(await answerTo(envelopes[name])).toBe("NotAuthenticated");
  });

  test("a comment in the text and CDATA change nothing: XML says the same", async () => {
    const { comment, cdata } = envelopes;
    expect(await answerTo(comment.replace("va signat", "va<!-- x --> signat"))).toBe("accepted");
    expect(await answerTo(cdata.replace("va signat", "<![CDATA[va signat]]>"))).toBe("accepted");
    const { rows } = await door.story.database.app.query<{ text: string }>(
      "select text from messages where client_reference in ('signed-10', 'signed-11')",
    );
    expect(rows.map(({ text }) => text)).toEqual(["Açò va signat 📄", "Açò va signat 📄"]);
  });

  test.each(["soap12", "sha512", "ecdsa", "ecdsa512", "issued"] as const)(
    "%s is taken once",
    async (name) => {
      expect(await answerTo(envelopes[name])).toBe("accepted");
      expect(await answerTo(envelopes[name])).toBe("NotAuthenticated");
      expectInTable("python3-zeep with xmlsec", { "X.509": true });
    },
  );

  test("once over all replicas", async () => {
    const replica = await openReplica(door, { clock: systemClock });
    try {
      expect(await answerTo(envelopes.replicas)).toBe("accepted");
      expect(await answerTo(envelopes.replicas, replica.url)).toBe("NotAuthenticated");
    } finally {
      await replica.close();
    }
  });

  test("a certificate that nobody has registered is refused", async () => {
    expect(await answerTo(envelopes.stranger)).toBe("NotAuthenticated");
  });

  test("without a Timestamp it is refused", async () => {
    expect(await answerTo(envelopes.unstamped)).toBe("NotAuthenticated");
  });

  test("SHA-1 is refused unless the entity's policy says so, and then told in the log", async () => {
    const told = (): number =>
      door.log.filter(({ message }) => message.startsWith("a signature with SHA-1")).length;
    expect(await answerTo(envelopes.sha1)).toBe("NotAuthenticated");
    expect(told()).toBe(0);
    await door.story.database.owner.query("update entities set sha1_accepted = true");
    expect(await answerTo(envelopes.sha1)).toBe("accepted");
    expect(told()).toBe(1);
  });

  test("a policy without signatures refuses them", async () => {
    await door.story.database.owner.query(
      "update entities set accepted_authentication = '{passwordText,clientCertificate}'",
    );
    expect(await answerTo(envelopes.sha1)).toBe("NotAuthenticated");
    expect(door.log.at(-1)?.fields.code).toBe("NotAuthenticated");
  });
});
