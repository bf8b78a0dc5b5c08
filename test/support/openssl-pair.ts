import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A key and its certificate as openssl makes them, in files. */
export interface OpensslPair {
  readonly keyPath: string;
  readonly certificatePath: string;
  readonly certificate: X509Certificate;
  /** SHA-256 of the certificate, as users' certificates are registered. */
  readonly fingerprint: string;
}

export interface PairOptions {
  /** As `-subj` takes it. */
  readonly subject?: string;
  readonly key?: "rsa:2048" | "rsa:1024" | "ec";
  /** Undefined: it signs itself. */
  readonly issuer?: OpensslPair;
  /** Lines of an extension section. */
  readonly extensions?: readonly string[];
  readonly digest?: "sha256" | "sha1";
  /** How a key of RSA signs it. */
  readonly padding?: "pkcs1" | "pss";
}

export const AUTHORITY = [
  "basicConstraints=critical,CA:TRUE",
  "keyUsage=critical,keyCertSign,cRLSign",
];

export async function makePair(
  folder: string,
  name: string,
  {
    subject = `/CN=${name}`,
    key = "ec",
    issuer,
    extensions = [],
    digest = "sha256",
    padding = "pkcs1",
  }: PairOptions = {},
): Promise<OpensslPair> {
  const [keyPath, certificatePath] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  const config = join(folder, `${name}.cnf`);
  await writeFile(
    config,
    [
      "[req]",
      "distinguished_name=dn",
      "utf8=yes",
      "string_mask=utf8only",
      "[dn]",
      "[ext]",
      ...extensions,
      "",
    ].join("\n"),
  );
  const kind = key === "ec" ? ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"] : [key];
  await run("openssl", [
    ...[
      "req",
      "-x509",
      "-config",
      config,
      "-extensions",
      "ext",
      "-utf8",
      `-${digest}`,
      "-days",
      "30",
    ],
    ...[
      "-newkey",
      ...kind,
      "-nodes",
      "-keyout",
      keyPath,
      "-out",
      certificatePath,
      "-subj",
      subject,
    ],
    ...(padding === "pss" ? ["-sigopt", "rsa_padding_mode:pss"] : []),
    ...(issuer ? ["-CA", issuer.certificatePath, "-CAkey", issuer.keyPath] : []),
  ]);
  const certificate = new X509Certificate(await readFile(certificatePath));
  const fingerprint = certificate.fingerprint256.replaceAll(":", "").toLowerCase();
  return { keyPath, certificatePath, certificate, fingerprint };
}
