import type { X509Certificate } from "node:crypto";
import type { Words } from "../domain/words.ts";
import { checkSeal, SealCheckError, type CheckedSeal, type SealFault } from "./seal/check-seal.ts";
import { isOfOrganisation } from "../x509/organisation.ts";
import { trustedPath } from "../x509/trusted-path.ts";
import { readValidationData } from "./validation/dss.ts";
import { isProvenGood, readStored } from "./validation/long-term.ts";
import { readCertificates } from "./pem.ts";
import { checkEvidence, type StatedFacts } from "./evidence-check.ts";
import { FINDING_WORDS, type FindingName } from "./wording/findings.ts";

/** One thing that was looked at, and what it means in plain words. */
interface Finding {
  readonly name: FindingName;
  readonly ok: boolean;
  readonly words: Words;
}

export interface Verification {
  /** Sealed, unchanged, time-stamped, and by keys that are trusted. */
  readonly valid: boolean;
  readonly findings: readonly Finding[];
  /** Who sealed: the subject of the signing certificate, one attribute on each line. */
  readonly sealedBy: string | undefined;
  /** The instant in the time-stamp token. */
  readonly stampedAt: Date | undefined;
  readonly stampedBy: string | undefined;
  /** What the evidence inside states; undefined when there is none that can be read. */
  readonly stated: StatedFacts | undefined;
}

/** Which finding tells of a fault of the seal; those before it in the list hold. */
const FINDING_OF: Readonly<Record<SealFault, FindingName>> = {
  noSeal: "seal",
  coverage: "coverage",
  digest: "unchanged",
  signature: "signature",
  timeStamp: "timeStamp",
};

const ARITHMETIC: readonly FindingName[] = [
  "seal",
  "coverage",
  "unchanged",
  "signature",
  "timeStamp",
];

/**
 * Verifies a certificate and explains what it found. It never throws: whatever is wrong with the file is
 * a finding. Another PDF, however well it is sealed, proves nothing of a message.
 *
 * @param trusted roots (or the very certificates) that are believed, in PEM; several in one string
 */
export function verifyPdf(pdf: Buffer, { trusted }: { readonly trusted: string }): Verification {
  try {
    return believed(checkSeal(pdf), pdf, readCertificates(trusted));
  } catch (error) {
    const fault = error instanceof SealCheckError ? error.fault : "signature";
    const last = ARITHMETIC.indexOf(FINDING_OF[fault]);
    return {
      valid: false,
      findings: ARITHMETIC.slice(0, last + 1).map((name, index) => finding(name, index < last)),
      sealedBy: undefined,
      stampedAt: undefined,
      stampedBy: undefined,
      stated: undefined,
    };
  }
}

function believed(
  { data, timeStamp, end }: CheckedSeal,
  pdf: Buffer,
  trusted: readonly X509Certificate[],
): Verification {
  const { at, authority, certificates } = timeStamp;
  const added = end === pdf.length ? undefined : readValidationData(pdf, end);
  const shown = [...data.certificates, ...certificates];
  const stored = added ? readStored(added) : [];
  // One that was shown and is not stored may have been changed, and must not be passed over for another.
  const isSame = shown.every((one) => stored.some(({ raw }) => raw.equals(one.raw)));
  const pool = isSame ? stored : shown;
  const { whole, stated } = checkEvidence(pdf.subarray(0, end));
  const sealPath = trustedPath(data.signer, { pool, trusted, at, use: "seal" });
  const stampPath = trustedPath(authority, { pool, trusted, at, use: "timeStamp" });
  const paths = [sealPath, stampPath].filter((path) => path !== undefined);
  const findings = [
    ...ARITHMETIC.map((name) => finding(name, true)),
    finding("whole", end === pdf.length || added !== undefined),
    finding("evidence", whole),
    finding("sealTrusted", sealPath !== undefined),
    ...(stated ? [finding("issuer", isOfOrganisation(data.signer, stated.issuerNif))] : []),
    finding("timeStampTrusted", stampPath !== undefined),
    finding("status", added !== undefined && paths.length === 2 && isProvenGood(paths, added, at)),
  ];
  return {
    valid: findings.every(({ ok }) => ok),
    findings,
    sealedBy: data.signer.subject,
    stampedAt: at,
    stampedBy: authority.subject,
    stated,
  };
}

function finding(name: FindingName, ok: boolean): Finding {
  return { name, ok, words: FINDING_WORDS[name][ok ? "good" : "bad"] };
}
