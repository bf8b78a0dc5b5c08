import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkSeal } from "../../src/certificate/seal/check-seal.ts";
import { OID } from "../../src/certificate/seal/oids.ts";

/** Programs of others that look at certificates, in a folder of their own. */
export interface ForeignVerifiers {
  readonly directory: string;
  run(program: string, ...parameters: string[]): string;
  /** pdfsig, which trusts the root only. */
  pdfsig(file: string): string;
  /** Verifies signature, CAdES attribute and chain; fails with what openssl says. None of our code reads. */
  opensslCms(file: string): void;
  /** The same, and the token. */
  openssl(file: string): void;
}

/** @param pki the root that is trusted, and PEM of what is between it and the seal */
export function foreignVerifiers(pki: {
  readonly rootFile: string;
  readonly intermediates: string;
}): ForeignVerifiers {
  const directory = mkdtempSync(join(tmpdir(), "verifiers-"));
  const at = (name: string): string => join(directory, name);
  const run = (program: string, ...parameters: string[]): string =>
    execFileSync(program, parameters, { cwd: directory, encoding: "utf8", stdio: "pipe" });
  const database = `sql:${directory}`;
  run("certutil", "-N", "-d", database, "--empty-password");
  run("certutil", "-A", "-d", database, "-n", "root", "-t", "CT,CT,CT", "-i", pki.rootFile);
  writeFileSync(at("chain"), pki.intermediates);

  function opensslCms(file: string): void {
    const pdf = readFileSync(file);
    const range = /\/ByteRange ?\[(\d+) (\d+) (\d+) (\d+) *\]/.exec(pdf.toString("latin1"));
    const [from = 0, length = 0, after = 0, rest = 0] = (range ?? []).slice(1).map(Number);
    const sealed = [pdf.subarray(from, from + length), pdf.subarray(after, after + rest)];
    const cms = pdf.toString("latin1", from + length + 1, after - 1);
    writeFileSync(at("content"), Buffer.concat(sealed));
    writeFileSync(at("cms"), Buffer.from(cms, "hex"));
    run(
      "openssl",
      ...["cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", at("cms")],
      ...["-content", at("content"), "-purpose", "any", "-out", "/dev/null"],
      ...["-CAfile", pki.rootFile],
    );
  }

  return {
    directory,
    run,
    pdfsig: (file) => run("pdfsig", "-no-ocsp", "-nssdir", database, file),
    opensslCms,
    openssl: (file) => {
      opensslCms(file);
      const { data } = checkSeal(readFileSync(file));
      writeFileSync(at("token"), data.unsignedAttributes.get(OID.timeStampToken)?.bytes ?? "");
      writeFileSync(at("signature"), data.signature);
      run(
        "openssl",
        ...["ts", "-verify", "-in", at("token"), "-token_in", "-data", at("signature")],
        ...["-untrusted", at("chain"), "-CAfile", pki.rootFile],
      );
    },
  };
}
