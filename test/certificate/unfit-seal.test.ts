import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createIssuer } from "../../src/certificate-parts.ts";
import { certificatePem, type Identity } from "../../src/certificate/test-pki/certificates.ts";
import { parseSettings, SettingsError } from "../../src/settings.ts";
import { authority, identity, keys } from "../support/authorities.ts";
import { clock, random } from "../support/certificate-issuer.ts";

test("no service starts with a seal of another use, or of another organisation", async () => {
  const root = await authority("root", undefined);
  const sub = await authority("sub", root);
  const folder = await mkdtemp(join(tmpdir(), "unfit-"));
  const start = async (one: Identity): Promise<unknown> => {
    const { key, chain } = await keys(one, sub);
    await writeFile(join(folder, "key.pem"), key);
    await writeFile(join(folder, "chain.pem"), chain);
    await writeFile(join(folder, "root.pem"), certificatePem(root));
    const settings = parseSettings({
      DATA_DIRECTORY: folder,
      SEAL_KEY_PATH: join(folder, "key.pem"),
      SEAL_CHAIN_PATH: join(folder, "chain.pem"),
      SEAL_ANCHORS_PATH: join(folder, "root.pem"),
      TSA_URLS: "http://tsa.example",
      ISSUER_NAME: "Certificacions, SA",
      ISSUER_NIF: "A00000000",
    });
    return createIssuer(settings, { clock, random }).then(
      () => "started",
      (error: unknown) => (error instanceof SettingsError ? error.faults : error),
    );
  };
  const of = (nif: string, request = {}): Promise<Identity> =>
    identity("s", sub, request, { subject: { "2.5.4.97": `VATES-${nif}` } });
  expect(await start(await of("A00000000"))).toBe("started");
  expect(await start(await of("B99999999"))).toEqual([
    expect.stringMatching(/not of the organisation of ISSUER_NIF, A00000000$/),
  ]);
  expect(await start(await of("A00000000", { keyUsage: [2] }))).toEqual([
    expect.stringMatching(/not one to seal documents with$/),
  ]);
});
