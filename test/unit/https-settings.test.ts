import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseSettings, SettingsError } from "../../src/settings.ts";
import { makePair, type OpensslPair } from "../support/openssl-pair.ts";
import { peer } from "../support/peers.ts";

function faults(environment: Record<string, string>): readonly string[] {
  try {
    parseSettings(environment);
    return [];
  } catch (error) {
    return (error as SettingsError).faults;
  }
}

test("proxies are addresses and ranges", () => {
  const { proxies } = parseSettings({
    TRUSTED_PROXIES: "10.0.0.0/8, 192.0.2.7 fd00::/8",
    CLIENT_CERTIFICATE_HEADER: "client-cert",
  });
  expect(proxies).toEqual({
    trusted: ["10.0.0.0/8", "192.0.2.7", "fd00::/8"],
    clientCertificateHeader: "client-cert",
  });
  for (const wrong of ["proxy.example", "10.0.0.0/33", "10.0.0.0/8/8", "10.0.0/8", "::/129"]) {
    expect(faults({ TRUSTED_PROXIES: wrong })).toEqual([
      `TRUSTED_PROXIES: ${wrong} is no address and no range such as 10.0.0.0/8`,
    ]);
  }
});

test("a header of certificates that is believed from nobody is a fault", () => {
  expect(faults({ CLIENT_CERTIFICATE_HEADER: "client-cert" })).toHaveLength(1);
});

peer("openssl")("TLS files", () => {
  let folder: string;
  let pair: OpensslPair;
  let other: OpensslPair;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sms-certificat-settings-"));
    pair = await makePair(folder, "pair");
    other = await makePair(folder, "other");
    await writeFile(join(folder, "empty.pem"), "");
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("a pair and an authority are taken", () => {
    const { tls } = parseSettings({
      TLS_KEY_PATH: pair.keyPath,
      TLS_CERTIFICATE_PATH: pair.certificatePath,
      TLS_CLIENT_CA_PATH: other.certificatePath,
    });
    expect(tls).toEqual({
      keyPath: pair.keyPath,
      keyPassword: undefined,
      certificatePath: pair.certificatePath,
      clientCaPath: other.certificatePath,
    });
    expect(parseSettings({}).tls).toBeUndefined();
  });

  test("every fault is told at the start, with the file's name", () => {
    const { keyPath: TLS_KEY_PATH, certificatePath: TLS_CERTIFICATE_PATH } = pair;
    const empty = join(folder, "empty.pem");
    expect(faults({ TLS_KEY_PATH })).toEqual([
      "TLS_KEY_PATH and TLS_CERTIFICATE_PATH belong together",
    ]);
    expect(faults({ TLS_CLIENT_CA_PATH: other.certificatePath })).toHaveLength(1);
    const [another] = faults({ TLS_KEY_PATH, TLS_CERTIFICATE_PATH: other.certificatePath });
    expect(another).toContain("is not the key of the first certificate");
    expect(
      faults({ TLS_KEY_PATH: empty, TLS_CERTIFICATE_PATH, TLS_CLIENT_CA_PATH: empty }),
    ).toEqual([
      `TLS_KEY_PATH, TLS_CERTIFICATE_PATH: ${empty} holds no private key in PEM, or its password is another`,
      `TLS_CLIENT_CA_PATH: ${empty} holds no certificate in PEM, or one that cannot be read`,
    ]);
    expect(faults({ TLS_KEY_PATH: join(folder, "none"), TLS_CERTIFICATE_PATH })).toEqual([
      `TLS_KEY_PATH, TLS_CERTIFICATE_PATH: ${join(folder, "none")} cannot be read`,
    ]);
  });
});
