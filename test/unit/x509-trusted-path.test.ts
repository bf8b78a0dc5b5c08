import { X509Certificate } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DAY } from "../../src/domain/clock.ts";
import { subjectNames } from "../../src/soap/security/subject-names.ts";
import { systemClock } from "../../src/system.ts";
import { trustedPath, type CertificateUse } from "../../src/x509/trusted-path.ts";
import {
  AUTHORITY,
  makePair,
  type OpensslPair,
  type PairOptions,
} from "../support/openssl-pair.ts";
import { peer } from "../support/peers.ts";

peer("openssl")("paths to an authority that an entity trusts", () => {
  let folder: string;
  let root: OpensslPair;
  let below: OpensslPair;
  let count = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sms-certificat-path-"));
    root = await makePair(folder, "root", { extensions: AUTHORITY });
    below = await makePair(folder, "below", { extensions: AUTHORITY, issuer: root });
  });
  afterAll(() => rm(folder, { recursive: true }));

  const make = (options: PairOptions): Promise<OpensslPair> => {
    count += 1;
    return makePair(folder, `made-${count}`, options);
  };

  interface Asked {
    readonly others?: readonly OpensslPair[];
    readonly anchors?: readonly OpensslPair[];
    readonly use?: CertificateUse;
    readonly after?: number;
  }

  function length(leaf: OpensslPair, asked: Asked = {}): number {
    const { others = [], anchors = [root], use = "clientCertificate", after = 0 } = asked;
    const at = new Date(systemClock.now().getTime() + 60_000 + after);
    const of = (pairs: readonly OpensslPair[]) => pairs.map(({ certificate }) => certificate);
    const path = trustedPath(leaf.certificate, {
      pool: of(others),
      trusted: of(anchors),
      use,
      at,
    });
    return path?.length ?? 0;
  }

  test("straight, and by an authority in between that the caller shows or the entity trusts", async () => {
    const leaf = await make({ issuer: root });
    expect(length(leaf)).toBe(2);
    const far = await make({ issuer: below });
    expect(length(far)).toBe(0);
    expect(length(far, { others: [below] })).toBe(3);
    expect(length(far, { anchors: [below] })).toBe(2);
    expect(length(far, { others: [below, root], anchors: [] })).toBe(0);
  });

  /** As OpenSSL takes it, and nobody else: other bytes of its DER, in hex. */
  function altered(pair: OpensslPair, from: string, to: string): OpensslPair {
    const bytes = pair.certificate.raw.toString("hex");
    expect(bytes).toContain(from);
    return {
      ...pair,
      certificate: new X509Certificate(Buffer.from(bytes.replace(from, to), "hex")),
    };
  }

  test("what cannot be read in a certificate makes no path, and no failure", async () => {
    const usage = await make({ issuer: root, extensions: ["keyUsage=critical,digitalSignature"] });
    expect(length(altered(usage, "040403020780", "040405020780"))).toBe(0);
    const unknownKey = ["06072a8648ce3d0201", "06072a8648ce3d0209"] as const;
    expect(length(altered(usage, ...unknownKey))).toBe(0);
    const far = await make({ issuer: below });
    expect(length(far, { others: [altered(below, ...unknownKey), below] })).toBe(3);
  });

  test("dates count for each of them", async () => {
    const leaf = await make({ issuer: root });
    expect(length(leaf, { after: 29 * DAY })).toBe(2);
    expect(length(leaf, { after: 31 * DAY })).toBe(0);
    expect(length(leaf, { after: -1 * DAY })).toBe(0);
  });

  test("who may not issue does not", async () => {
    const notAnAuthority = await make({ issuer: root, extensions: ["basicConstraints=CA:FALSE"] });
    const forged = await make({ issuer: notAnAuthority });
    expect(length(forged, { others: [notAnAuthority] })).toBe(0);
    const noSign = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,digitalSignature"];
    const withoutKeyCertSign = await make({ issuer: root, extensions: noSign });
    const wrong = await make({ issuer: withoutKeyCertSign });
    expect(length(wrong, { others: [withoutKeyCertSign] })).toBe(0);
  });

  test("an authority of the same name with another key does not count", async () => {
    const impostor = await make({ subject: "/CN=root", extensions: AUTHORITY });
    const leaf = await make({ issuer: impostor });
    expect(length(leaf)).toBe(0);
    expect(length(leaf, { others: [impostor] })).toBe(0);
  });

  test("the length of the path is limited where an authority says so", async () => {
    const short = ["basicConstraints=critical,CA:TRUE,pathlen:0", "keyUsage=keyCertSign"];
    const shortRoot = await make({ extensions: short });
    expect(length(await make({ issuer: shortRoot }), { anchors: [shortRoot] })).toBe(2);
    const middle = await make({ issuer: shortRoot, extensions: AUTHORITY });
    const leaf = await make({ issuer: middle });
    expect(length(leaf, { anchors: [shortRoot], others: [middle] })).toBe(0);
  });

  test("the key must be meant for it", async () => {
    const encrypts = await make({ issuer: root, extensions: ["keyUsage=keyEncipherment"] });
    expect(length(encrypts)).toBe(0);
    const server = await make({ issuer: root, extensions: ["extendedKeyUsage=serverAuth"] });
    expect(length(server)).toBe(0);
    expect(length(server, { use: "signature" })).toBe(2);
    const signs = await make({ issuer: root, extensions: ["keyUsage=nonRepudiation"] });
    expect(length(signs)).toBe(0);
    expect(length(signs, { use: "signature" })).toBe(2);
    const both = ["keyUsage=digitalSignature", "extendedKeyUsage=clientAuth"];
    expect(length(await make({ issuer: root, extensions: both }))).toBe(2);
    const signingToo = ["basicConstraints=CA:TRUE", "keyUsage=keyCertSign,digitalSignature"];
    expect(length(await make({ issuer: root, extensions: signingToo }))).toBe(0);
  });

  test("weak signatures and keys do not count", async () => {
    expect(length(await make({ issuer: root, digest: "sha1" }))).toBe(0);
    expect(length(await make({ issuer: root, key: "rsa:1024" }))).toBe(0);
    expect(length(await make({ issuer: root, key: "rsa:2048" }))).toBe(2);
    const rsa = await make({ subject: "/CN=rsa", key: "rsa:2048", extensions: AUTHORITY });
    const pss = { issuer: rsa, padding: "pss" } as const;
    expect(length(await make(pss), { anchors: [rsa] })).toBe(2);
    expect(length(await make({ ...pss, digest: "sha1" }), { anchors: [rsa] })).toBe(0);
  });

  test("a critical extension that is not evaluated makes no path", async () => {
    const constrained = await make({
      issuer: root,
      extensions: [...AUTHORITY, "nameConstraints=critical,permitted;DNS:example.cat"],
    });
    const leaf = await make({ issuer: constrained });
    expect(length(leaf, { others: [constrained] })).toBe(0);
    expect(length(await make({ issuer: root, extensions: ["1.2.3.4=critical,ASN1:NULL"] }))).toBe(
      0,
    );
  });

  test("names of EN 319 412-1", async () => {
    const names = async (subject: string): Promise<string[]> =>
      subjectNames((await make({ subject })).certificate).map(
        ({ kind, value }) => `${kind} ${value}`,
      );
    expect(await names("/C=ES/CN=Segell/organizationIdentifier=VATES-Q0801175A")).toEqual([
      "subject C=ES, CN=Segell, organizationIdentifier=VATES-Q0801175A",
      "nif Q0801175A",
    ]);
    expect(
      await names("/CN=Núria/serialNumber=IDCES-00000000T/organizationIdentifier=VATES-P0801900B"),
    ).toEqual([
      "subject CN=Núria, serialNumber=IDCES-00000000T, organizationIdentifier=VATES-P0801900B",
      "nif 00000000T",
      "nif P0801900B",
    ]);
    const [, ...none] = await names("/CN=x/serialNumber=IDCES-00000000T/serialNumber=IDCES-1");
    expect(none).toEqual([]);
    const [whole, ...injected] = await names(
      "/CN=x\n serialNumber=IDCES-00000000T + serialNumber=IDCES-00000000T, O=y",
    );
    expect(injected).toEqual([]);
    expect(whole).not.toContain(", O=y");
    expect(await names("/CN=x/serialNumber=IDCFR-00000000T")).toHaveLength(1);
  });
});
