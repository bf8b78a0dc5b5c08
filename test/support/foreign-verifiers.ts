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
  /** Verifies signature, CAdES attribute, chain and token; fails with what openssl says. */
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
  return {
    directory,
    run,
    pdfsig: (file) => run("pdfsig", "-no-ocsp", "-nssdir", database, file),
    openssl: (file) => {
      const pdf = readFileSync(file);
      const { data, end } = checkSeal(pdf);
      const hole = /\/Contents<([0-9a-f]+)>/.exec(pdf.toString("latin1", 0, end));
      const start = (hole?.index ?? 0) + "/Contents".length;
      const after = start + (hole?.[1]?.length ?? 0) + 2;
      writeFileSync(at("cms"), Buffer.from(hole?.[1] ?? "", "hex"));
      writeFileSync(
        at("content"),
        Buffer.concat([pdf.subarray(0, start), pdf.subarray(after, end)]),
      );
      writeFileSync(at("token"), data.unsignedAttributes.get(OID.timeStampToken)?.bytes ?? "");
      writeFileSync(at("signature"), data.signature);
      run(
        "openssl",
        ...["cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", at("cms")],
        ...["-content", at("content"), "-purpose", "any", "-out", "/dev/null"],
        ...["-CAfile", pki.rootFile],
      );
      run(
        "openssl",
        ...["ts", "-verify", "-in", at("token"), "-token_in", "-data", at("signature")],
        ...["-untrusted", at("chain"), "-CAfile", pki.rootFile],
      );
    },
  };
}
