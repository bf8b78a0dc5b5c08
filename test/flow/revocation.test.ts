import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createHttpStatus } from "../../src/certificate/validation/http-status.ts";
import { DAY, HOUR } from "../../src/domain/clock.ts";
import { createRevocationCheck } from "../../src/revocation.ts";
import { systemClock } from "../../src/system.ts";
import { createHands } from "../support/hands.ts";
import { AUTHORITY, makePair, type OpensslPair } from "../support/openssl-pair.ts";
import { peer } from "../support/peers.ts";

const run = promisify(execFile);

peer("openssl")("the authority's list of revoked certificates", () => {
  let folder: string;
  let server: Server;
  let authority: OpensslPair;
  let leaf: OpensslPair;
  let asked = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sms-certificat-revocation-"));
    server = createServer((request, response) => {
      asked += 1;
      readFile(join(folder, "list.crl")).then(
        (list) => response.end(request.url === "/crl" ? list : ""),
        () => response.writeHead(503).end(),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;
    authority = await makePair(folder, "authority", {
      extensions: [...AUTHORITY, "subjectKeyIdentifier=hash"],
    });
    const extensions = [`crlDistributionPoints=URI:http://127.0.0.1:${port}/crl`];
    leaf = await makePair(folder, "leaf", { issuer: authority, extensions });
  });
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });

  /** Has the authority write its list, good for a week. */
  async function publish(revoked: readonly OpensslPair[]): Promise<void> {
    const lines = revoked.map(
      ({ certificate }) =>
        `R\t301231235959Z\t260101000000Z\t${certificate.serialNumber}\tunknown\t/CN=x\n`,
    );
    await writeFile(join(folder, "index.txt"), lines.join(""));
    await writeFile(
      join(folder, "ca.cnf"),
      `[ca]\ndefault_ca=d\n[d]\ndatabase=${join(folder, "index.txt")}\ndefault_md=sha256\ndefault_crl_days=7\n`,
    );
    const pem = join(folder, "list.pem");
    await run("openssl", [
      ...["ca", "-gencrl", "-config", join(folder, "ca.cnf"), "-out", pem],
      ...["-cert", authority.certificatePath, "-keyfile", authority.keyPath],
    ]);
    const der = ["crl", "-in", pem, "-outform", "DER", "-out", join(folder, "list.crl")];
    await run("openssl", der);
  }

  test("is asked once an hour; who is on it is revoked; when it is old or away nothing is known", async () => {
    const hands = createHands(systemClock.now());
    const isRevoked = createRevocationCheck({ clock: hands.clock, source: createHttpStatus() });
    const ask = (): Promise<boolean> => isRevoked(leaf.certificate, authority.certificate);
    await publish([]);
    expect(await ask()).toBe(false);
    await publish([leaf]);
    expect(await ask()).toBe(false);
    expect(asked).toBe(1);
    await hands.advance(HOUR);
    expect(await ask()).toBe(true);
    expect(asked).toBe(2);
    await hands.advance(8 * DAY);
    await expect(ask()).rejects.toThrow("old");
    await rm(join(folder, "list.crl"));
    await expect(ask()).rejects.toThrow();
  });
});
