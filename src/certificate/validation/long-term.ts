import { X509Certificate } from "node:crypto";
import { pathFrom } from "../../x509/trusted-path.ts";
import { readCrl } from "./crl.ts";
import { readOcsp } from "./ocsp.ts";
import { tellsOf, type CertificateStatus } from "./status.ts";
import type { ValidationData } from "./validation-data.ts";

type Path = readonly X509Certificate[];

interface Issued {
  readonly certificate: X509Certificate;
  readonly issuer: X509Certificate;
}

/**
 * Whether the data tell that every certificate of the paths, up to the trusted ones, was good at an
 * instant, and nothing else: a certificate of no path, or an answer about none, is no validation data.
 * What is above the trusted ones belongs to their paths, because others trust only that. One answer that
 * a certificate is revoked outweighs all that say that it is good, and nobody is believed who is revoked.
 */
export function isProvenGood(paths: readonly Path[], data: ValidationData, at: Date): boolean {
  const stored = readStored(data);
  const above = paths.map((path) =>
    path.slice(-1).flatMap((last) => pathFrom(last, { pool: [], trusted: stored, at })),
  );
  const issued = paths.flatMap(pairs);
  const answers = answersAbout(issued, data);
  const isProven = issued.every(({ certificate, issuer }, index) => {
    const about = answers.flatMap((one) => one[index] ?? []);
    const isGood = (status: CertificateStatus): boolean =>
      status.state === "good" &&
      tellsOf(status, certificate, at) &&
      (status.signer === issuer || !isRevoked({ certificate: status.signer, issuer }, data));
    return about.every(({ state }) => state !== "revoked") && about.some(isGood);
  });
  const isNeeded = answersAbout([...issued, ...above.flatMap(pairs)], data).every((one) =>
    one.some((status) => status !== undefined),
  );
  const known = [...paths, ...above].flat();
  const isKnown = data.certificates.every((der) => known.some(({ raw }) => raw.equals(der)));
  return isProven && isNeeded && isKnown;
}

/**
 * The certificates that are stored and can be read, without roots that were changed: nobody else would
 * look at the signature of one. Nothing is believed of them.
 */
export function readStored({ certificates }: ValidationData): X509Certificate[] {
  return certificates
    .flatMap((der) => attempt(() => new X509Certificate(der)) ?? [])
    .filter((one) => !one.checkIssued(one) || attempt(() => one.verify(one.publicKey)) === true);
}

/** Each certificate of a path with the next. */
function pairs(path: Path): Issued[] {
  return path.slice(0, -1).flatMap((certificate, index) => {
    const issuer = path[index + 1];
    return issuer ? [{ certificate, issuer }] : [];
  });
}

/** What each answer says of each certificate; undefined when nothing that is proven. */
function answersAbout(
  issued: readonly Issued[],
  { ocsps, crls }: ValidationData,
): (CertificateStatus | undefined)[][] {
  const read = (
    list: readonly Buffer[],
    reader: typeof readOcsp,
  ): ReturnType<typeof answersAbout> =>
    list.map((der) =>
      issued.map(({ certificate, issuer }) => attempt(() => reader(der, certificate, issuer))),
    );
  return [...read(ocsps, readOcsp), ...read(crls, readCrl)];
}

function isRevoked(one: Issued, data: ValidationData): boolean {
  return answersAbout([one], data).some(([status]) => status?.state === "revoked");
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
