import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createCertificateIssuer } from "../../src/certificate/issuer.ts";
import { createKeySeal, SealError } from "../../src/certificate/seal/key-file-seal.ts";
import { parsePkcs11Uri } from "../../src/certificate/seal/pkcs11-seal.ts";
import { readPkcs12 } from "../../src/certificate/seal/pkcs12.ts";
import type { KeyKind } from "../../src/certificate/test-pki/certificates.ts";
import { openTestPki, type TestPki } from "../../src/certificate/test-pki/test-pki.ts";
import { createTestStatus } from "../../src/certificate/test-pki/test-status.ts";
import { createTestTimeStampAuthority } from "../../src/certificate/test-pki/test-time-stamp-authority.ts";
import type { TimeStampAuthority } from "../../src/certificate/time-stamp/authority.ts";
import { createHttpTimeStampAuthority } from "../../src/certificate/time-stamp/http-authority.ts";
import { createValidationSource } from "../../src/certificate/validation/validation-data.ts";
import { verifyPdf } from "../../src/certificate/verify.ts";
import type { CertificateIssuer } from "../../src/lifecycle/ports.ts";
import { certificateFacts } from "../support/certificate-facts.ts";
import { clock, random } from "../support/certificate-issuer.ts";
import { foreignVerifiers } from "../support/foreign-verifiers.ts";
import { peer } from "../support/peers.ts";

const PASSWORD = "contrasenya ñ·l";
const directory = mkdtempSync(join(tmpdir(), "keys-"));
const at = (name: string): string => join(directory, name);

function openssl(...parameters: string[]): void {
  execFileSync("openssl", parameters, { cwd: directory, stdio: "pipe" });
}

function pkiWith(sealKeyKind: KeyKind): Promise<TestPki> {
  return openTestPki({ directory: at(sealKeyKind), clock, random, sealKeyKind });
}

function issuerWith(
  pki: TestPki,
  keys: { readonly key: string; readonly chain: string },
  authority?: TimeStampAuthority,
): Promise<CertificateIssuer> {
  return createCertificateIssuer({
    clock,
    seal: createKeySeal(keys),
    timeStampAuthority:
      authority ?? createTestTimeStampAuthority({ keys: pki.timeStampAuthority, clock, random }),
    validation: createValidationSource({
      clock,
      source: createTestStatus({ pki, clock }),
      anchors: pki.root + pki.issuingAuthority.chain,
    }),
    test: true,
  });
}

/** Ours and foreign verifiers find the certificate of this issuer good. */
async function expectGood(issuer: CertificateIssuer, pki: TestPki): Promise<void> {
  const { pdf } = await issuer.issue(certificateFacts());
  writeFileSync(at("certificate.pdf"), pdf);
  expectGoodFile(at("certificate.pdf"), pki);
}

function expectGoodFile(file: string, pki: TestPki): void {
  const pdf = readFileSync(file);
  const foreign = foreignVerifiers({
    rootFile: pki.rootFile,
    intermediates: pki.issuingAuthority.chain,
  });
  expect(verifyPdf(pdf, { trusted: pki.root }).findings.filter(({ ok }) => !ok)).toEqual([]);
  expect(foreign.pdfsig(file)).toContain("Certificate is Trusted");
  expect(() => foreign.openssl(file)).not.toThrow();
}

peer(
  "openssl",
  "pdfsig",
  "certutil",
)("keys and authorities of others", () => {
  test("a seal of RSA-3072", async () => {
    const pki = await pkiWith("RSA-3072");
    await expectGood(await issuerWith(pki, pki.seal), pki);
  });

  test("a seal in a PKCS#12 file that openssl made", async () => {
    const pki = await pkiWith("P-256");
    writeFileSync(at("seal.pem"), pki.seal.key + pki.seal.chain);
    openssl(
      "pkcs12",
      "-export",
      "-in",
      "seal.pem",
      "-out",
      "seal.p12",
      "-passout",
      `pass:${PASSWORD}`,
    );
    const keys = await readPkcs12(readFileSync(at("seal.p12")), PASSWORD);
    await expectGood(await issuerWith(pki, keys), pki);
    await expect(readPkcs12(readFileSync(at("seal.p12")), "another")).rejects.toThrow(SealError);
    await expect(readPkcs12(Buffer.from("no file"), PASSWORD)).rejects.toThrow(SealError);
  });

  describe("openssl as time-stamp authority", () => {
    let server: Server;
    let pki: TestPki;

    beforeAll(async () => {
      pki = await pkiWith("P-256");
      writeFileSync(at("tsa.pem"), pki.timeStampAuthority.chain);
      writeFileSync(at("tsa.key"), pki.timeStampAuthority.key, { mode: 0o600 });
      writeFileSync(at("issuing.pem"), pki.issuingAuthority.chain);
      writeFileSync(at("serial"), "01\n");
      writeFileSync(
        at("tsa.cnf"),
        [
          ...["[tsa]", "default_tsa = authority", "[authority]"],
          ...[`serial = ${at("serial")}`, `signer_cert = ${at("tsa.pem")}`],
          ...[`certs = ${at("issuing.pem")}`, `signer_key = ${at("tsa.key")}`],
          ...["signer_digest = sha256", "default_policy = 1.2.3.4.1", "digests = sha256"],
          ...["accuracy = secs:1", "ordering = no", "tsa_name = yes", "ess_cert_id_chain = no"],
          ...["ess_cert_id_alg = sha256", ""],
        ].join("\n"),
      );
      server = createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        request.on("end", () => {
          writeFileSync(at("query"), Buffer.concat(chunks));
          openssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-out", "reply");
          response.end(readFileSync(at("reply")));
        });
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    });

    afterAll(() => {
      server.closeAllConnections();
      server.close();
    });

    test("its tokens are used", async () => {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      const authority = createHttpTimeStampAuthority({ urls: [url], random });
      await expectGood(await issuerWith(pki, pki.seal, authority), pki);
    });
  });
});

const MODULE = "/usr/lib/softhsm/libsofthsm2.so";
/** Not there where npm could not compile it. */
const PKCS11JS = fileURLToPath(
  new URL("../../node_modules/pkcs11js/build/Release/pkcs11.node", import.meta.url),
);

peer(
  "softhsm2-util",
  MODULE,
  PKCS11JS,
  "openssl",
  "pdfsig",
  "certutil",
)("a seal in SoftHSM2", () => {
  // The module reads the environment of its process: the sandbox of the tests has one of its own.
  const settings = { ...process.env, SOFTHSM2_CONF: at("softhsm2.conf") };
  const run = (program: string, ...parameters: string[]): void => {
    execFileSync(program, parameters, { env: settings, stdio: "pipe" });
  };
  const issue = (pki: string, uri: string, pin: string, file: string): void => {
    const program = fileURLToPath(new URL("../support/issue-with-module.js", import.meta.url));
    run(process.execPath, program, pki, uri, pin, file);
  };

  test("P-256 and RSA-3072, many at once; with a wrong PIN nothing is issued", async () => {
    mkdirSync(at("tokens"));
    writeFileSync(at("softhsm2.conf"), `directories.tokendir = ${at("tokens")}\n`);
    const token = ["--label", "segell", "--so-pin", "4321", "--pin", "1234"];
    run("softhsm2-util", "--init-token", "--free", ...token);
    for (const kind of ["P-256", "RSA-3072"] as const) {
      const pki = await pkiWith(kind);
      const id = Buffer.from(kind).toString("hex");
      writeFileSync(at(`${kind}.key`), pki.seal.key, { mode: 0o600 });
      const key = ["--token", "segell", "--pin", "1234", "--label", kind, "--id", id];
      run("softhsm2-util", "--import", at(`${kind}.key`), ...key);
      const uri = `pkcs11:token=segell;object=${kind}?module-path=${MODULE}`;
      issue(at(kind), uri, "1234", at(`${kind}.pdf`));
      expectGoodFile(at(`${kind}.pdf`), pki);
      expect(() => issue(at(kind), uri, "0000", at("none.pdf"))).toThrow(/CertificateDelayed/);
    }
  });

  test("an address that lacks a part is refused", () => {
    expect(() => parsePkcs11Uri("pkcs11:token=segell?module-path=/x")).toThrow(SealError);
    expect(parsePkcs11Uri("pkcs11:token=El%20segell;object=a?module-path=/x")).toEqual({
      token: "El segell",
      object: "a",
      module: "/x",
    });
  });
});
