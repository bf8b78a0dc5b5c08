import type { X509Certificate } from "node:crypto";
import { CertificateDelayed } from "../../domain/certificate.ts";
import { HOUR, MINUTE, type Clock } from "../../domain/clock.ts";
import { readCertificates } from "../pem.ts";
import { isSound, pathFrom } from "../../x509/trusted-path.ts";
import { tellsOf, type CertificateStatus } from "./status.ts";

/** What lets a seal be verified when its authorities are long gone (ETSI EN 319 142-1, 5.4.2). */
export interface ValidationData {
  /** DER, each once. */
  readonly certificates: readonly Buffer[];
  readonly ocsps: readonly Buffer[];
  readonly crls: readonly Buffer[];
}

/** Tells the status of a certificate: the authority itself, or the test one. */
export interface StatusSource {
  /** @throws when there is no answer, or one that proves nothing */
  status(certificate: X509Certificate, issuer: X509Certificate): Promise<CertificateStatus>;
}

export interface ValidationSource {
  /**
   * The data for these certificates and all above them. The certificates themselves are among `pool`.
   *
   * @throws CertificateDelayed when a status is not to be had, is too old, or is not good
   */
  dataFor(
    leaves: readonly X509Certificate[],
    pool: readonly X509Certificate[],
  ): Promise<ValidationData>;
}

const REFRESH_AFTER = HOUR;
const RETRY_AFTER = MINUTE;
const OLDEST = 12 * HOUR;

interface Remembered {
  status: CertificateStatus;
  askedAt: Date;
}

/**
 * Asks for each status once an hour, not once a certificate. When the authority does not answer, what
 * it said in the last hours still stands; after that nothing is issued.
 */
export function createValidationSource({
  clock,
  source,
  anchors,
  oldest = OLDEST,
}: {
  readonly clock: Clock;
  readonly source: StatusSource;
  /** PEM of the roots that are trusted, and of certificates that tokens leave out. */
  readonly anchors: string;
  /** Milliseconds after which a status is too old to issue with. */
  readonly oldest?: number;
}): ValidationSource {
  const remembered = new Map<string, Remembered>();
  const asking = new Map<string, Promise<CertificateStatus>>();
  const known = readCertificates(anchors);
  const paths = new Map<string, readonly X509Certificate[]>();

  function pathOf(
    leaf: X509Certificate,
    pool: readonly X509Certificate[],
  ): readonly X509Certificate[] {
    const found = paths.get(leaf.fingerprint256);
    if (found) return found;
    if (!isSound(leaf)) throw new CertificateDelayed(`${nameOf(leaf)} is not to be relied upon`);
    const path = pathFrom(leaf, { pool, trusted: known, at: clock.now() });
    const root = path.at(-1) ?? leaf;
    if (!root.checkIssued(root) || !known.some(({ raw }) => raw.equals(root.raw))) {
      throw new CertificateDelayed(
        `${nameOf(leaf)} does not come from a root that is trusted: the issuer of ${nameOf(root)} is not known`,
      );
    }
    paths.set(leaf.fingerprint256, path);
    return path;
  }

  /** Certificates that wait at the same time share one question. */
  function ask(
    key: string,
    one: X509Certificate,
    issuer: X509Certificate,
  ): Promise<CertificateStatus> {
    const running = asking.get(key);
    if (running) return running;
    const askedAt = clock.now();
    const question = source
      .status(one, issuer)
      .then((status) => {
        remembered.set(key, { status, askedAt });
        return status;
      })
      .finally(() => asking.delete(key));
    asking.set(key, question);
    return question;
  }

  async function statusOf(
    one: X509Certificate,
    issuer: X509Certificate,
  ): Promise<CertificateStatus> {
    const key = one.fingerprint256;
    const last = remembered.get(key);
    const now = clock.now().getTime();
    if (last && now - last.askedAt.getTime() < REFRESH_AFTER) return checked(last.status, one, now);
    try {
      return checked(await ask(key, one, issuer), one, now);
    } catch (error) {
      if (!last) throw delayed(one, error);
      // The next certificates do not all wait for an authority that is down.
      last.askedAt = new Date(now - REFRESH_AFTER + RETRY_AFTER);
      return checked(last.status, one, now);
    }
  }

  function checked(
    status: CertificateStatus,
    one: X509Certificate,
    now: number,
  ): CertificateStatus {
    const age = now - status.thisUpdate.getTime();
    if (status.state !== "good")
      throw new CertificateDelayed("a certificate of the seal is not good any more");
    if (!tellsOf(status, one, new Date(now)) || (status.kind === "ocsp" && age > oldest)) {
      throw new CertificateDelayed(
        "the status of a certificate is too old, or of no possible time",
      );
    }
    return status;
  }

  return {
    async dataFor(leaves, pool) {
      const certificates = new Map<string, Buffer>();
      const questions: Promise<CertificateStatus>[] = [];
      for (const leaf of leaves) {
        const path = pathOf(leaf, pool);
        for (const [index, one] of path.entries()) {
          if (certificates.has(one.fingerprint256)) continue;
          certificates.set(one.fingerprint256, one.raw);
          const issuer = path[index + 1];
          if (issuer) questions.push(statusOf(one, issuer));
        }
      }
      const statuses = await Promise.all(questions);
      const of = (kind: CertificateStatus["kind"]): Buffer[] =>
        unique(statuses.filter((status) => status.kind === kind).map(({ der }) => der));
      return { certificates: [...certificates.values()], ocsps: of("ocsp"), crls: of("crl") };
    },
  };
}

function delayed(certificate: X509Certificate, cause: unknown): CertificateDelayed {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new CertificateDelayed(`no status of ${nameOf(certificate)}: ${why}`, {
    cause,
  });
}

function nameOf({ subject }: X509Certificate): string {
  return subject.replaceAll("\n", ", ");
}

function unique(list: readonly Buffer[]): Buffer[] {
  return list.filter((one, index) => list.findIndex((other) => other.equals(one)) === index);
}
