import type { X509Certificate } from "node:crypto";
import { DAY } from "../../domain/clock.ts";
import { readCrl, readOcsp, type CertificateStatus } from "./status.ts";
import type { ValidationData } from "./validation-data.ts";

/** An answer without an end is believed for so long. */
const WITHOUT_END = DAY;

type Path = readonly X509Certificate[];

/**
 * Whether the data tell that every certificate of the paths, up to the trusted ones, was good at an
 * instant, and nothing else: a certificate of no path, or an answer about none, is no validation data.
 */
export function isProvenGood(paths: readonly Path[], data: ValidationData, at: Date): boolean {
  const issued = paths.flatMap((path) =>
    path.slice(0, -1).flatMap((certificate, index) => {
      const issuer = path[index + 1];
      return issuer ? [{ certificate, issuer }] : [];
    }),
  );
  const read = (list: readonly Buffer[], reader: typeof readOcsp): (CertificateStatus | null)[][] =>
    list.map((der) =>
      issued.map(({ certificate, issuer }) => attempt(() => reader(der, certificate, issuer))),
    );
  const answers = [...read(data.ocsps, readOcsp), ...read(data.crls, readCrl)];
  const isProven = issued.every((_, index) =>
    answers.some((one) => isInForce(one[index] ?? null, at)),
  );
  const isNeeded = answers.every((one) => one.some((status) => status !== null));
  const known = paths.flat();
  const isKnown = data.certificates.every((der) => known.some(({ raw }) => raw.equals(der)));
  return isProven && isNeeded && isKnown;
}

function isInForce(status: CertificateStatus | null, at: Date): boolean {
  if (!status) return false;
  const { good, thisUpdate, nextUpdate } = status;
  const end = nextUpdate?.getTime() ?? thisUpdate.getTime() + WITHOUT_END;
  return good && at.getTime() <= end;
}

function attempt(read: () => CertificateStatus): CertificateStatus | null {
  try {
    return read();
  } catch {
    return null;
  }
}
