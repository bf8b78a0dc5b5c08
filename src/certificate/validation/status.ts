import { createHash, verify, X509Certificate } from "node:crypto";
import { DAY } from "../../domain/clock.ts";
import {
  children,
  DerError,
  expectTag,
  insideTag,
  nullValue,
  octetString,
  oid,
  readAlgorithm,
  readBits,
  readGeneralizedTime,
  readOid,
  readTime,
  readWholeDer,
  sequence,
  TAG,
  type Der,
} from "../../x509/der.ts";
import { OID, SIGNATURE_DIGESTS } from "../seal/oids.ts";
import {
  certificateExtensions,
  constraintsOf,
  CRL_DISTRIBUTION_POINTS,
  readExtensions,
  uris,
  type Extension,
} from "../../x509/extensions.ts";
import { certificateFields } from "../../x509/fields.ts";
import { isInForce, isSound, issuerOf, mayBeUsedFor } from "../../x509/trusted-path.ts";

/** What an authority says of one certificate, with its own words in DER. */
export interface CertificateStatus {
  readonly kind: "ocsp" | "crl";
  readonly der: Buffer;
  readonly state: "good" | "revoked" | "unknown";
  readonly thisUpdate: Date;
  /** Undefined: newer information is always to be had. */
  readonly nextUpdate: Date | undefined;
  /** The issuer of the certificate, or who may answer for it. */
  readonly signer: X509Certificate;
}

/** The answer proves nothing about this certificate. */
export class StatusError extends Error {
  override readonly name = "StatusError";
}

const OCSP_BASIC = "1.3.6.1.5.5.7.48.1.1";
const DELTA = "2.5.29.27";
const ISSUING_DISTRIBUTION_POINT = "2.5.29.28";
const SIGNS_LISTS = 0x02;

/** An answer without an end is believed for so long. */
const WITHOUT_END = DAY;
/** Clocks of authorities differ, and an answer may be fetched when the seal is there. */
const AHEAD = DAY;

/**
 * Whether a status, good or not, tells of an instant: it is not past then, and from no later time than
 * the certificate itself, because authorities forget those that have expired (RFC 5280, 3.3).
 */
export function tellsOf(
  { kind, thisUpdate, nextUpdate }: CertificateStatus,
  { validFrom, validTo }: X509Certificate,
  at: Date,
): boolean {
  const from = thisUpdate.getTime();
  const end = nextUpdate?.getTime() ?? from + WITHOUT_END;
  const isEarly = kind === "ocsp" && from < Date.parse(validFrom);
  const isLate = from > Date.parse(validTo) || from > at.getTime() + AHEAD;
  return at.getTime() <= end && !isEarly && !isLate;
}

function sha1(data: Buffer): Buffer {
  return createHash("sha1").update(data).digest();
}

/** CertID (RFC 6960, 4.1.1) with SHA-1, which every responder understands; it protects nothing. */
function certificateId(certificate: Buffer, issuer: Buffer): Buffer {
  const { subject, publicKey } = certificateFields(issuer);
  const { serial } = certificateFields(certificate);
  const algorithm = sequence(oid(OID.sha1), nullValue);
  return sequence(algorithm, octetString(sha1(subject)), octetString(sha1(publicKey)), serial);
}

/** OCSPRequest about one certificate, without a nonce: responders answer from a cache. */
export function ocspRequest(certificate: X509Certificate, issuer: X509Certificate): Buffer {
  const request = sequence(certificateId(certificate.raw, issuer.raw));
  return sequence(sequence(sequence(request)));
}

/**
 * Reads and verifies an OCSPResponse (RFC 6960, 4.2) about one certificate.
 *
 * @throws StatusError or DerError when it is not about it, or not signed for its issuer
 */
export function readOcsp(
  der: Buffer,
  certificate: X509Certificate,
  issuer: X509Certificate,
): CertificateStatus {
  const [status, bytes, ...behind] = children(expectTag(readWholeDer(der), TAG.sequence));
  if (expectTag(status, TAG.enumerated).content[0] !== 0 || behind.length > 0) {
    throw new StatusError("the responder has no answer");
  }
  const [type, response] = children(expectTag(insideTag(bytes, 0xa0), TAG.sequence));
  if (readOid(type) !== OCSP_BASIC) throw new StatusError("an unknown kind of answer");
  const basic = readWholeDer(expectTag(response, TAG.octetString).content);
  const [data, algorithm, signature, embedded] = children(expectTag(basic, TAG.sequence));
  const [, producedAt, responses, extensions, ...more] = responseParts(data);
  if (more.length > 0) throw new DerError("an answer has five parts");
  refuseCritical(extensions && readExtensions(insideTag(extensions, 0xa1)));
  const at = readGeneralizedTime(producedAt);
  const list = embedded ? children(expectTag(insideTag(embedded, 0xa0), TAG.sequence)) : [];
  const responders = list.map(({ bytes: raw }) => new X509Certificate(raw));
  const signers = [issuer, ...responders.filter((one) => mayRespond(one, issuer, at))];
  const signer = signers.find((one) => isSignedBy(data, algorithm, signature, one));
  if (!signer) throw new StatusError("the answer is not signed for the issuer");
  const wanted = readWholeDer(certificateId(certificate.raw, issuer.raw));
  const found = children(expectTag(responses, TAG.sequence))
    .map(children)
    .filter(([id]) => id !== undefined && sameCertificate(id, wanted));
  const [single] = found;
  if (!single) throw new StatusError("the answer is about other certificates");
  if (found.length > 1) throw new StatusError("the answer speaks twice of the certificate");
  return { kind: "ocsp", der, signer, ...readSingle(single) };
}

/** ResponderID, producedAt, responses and extensions, behind a version that is the first one. */
function responseParts(data: Der | undefined): readonly (Der | undefined)[] {
  const parts = children(expectTag(data, TAG.sequence));
  return parts[0]?.tag === 0xa0 ? parts.slice(1) : parts;
}

const STATES: Readonly<Record<number, CertificateStatus["state"] | undefined>> = {
  0x80: "good",
  0xa1: "revoked",
  0x82: "unknown",
};

/** SingleResponse (RFC 6960, 4.2.1). */
function readSingle([, certStatus, thisUpdate, ...rest]: readonly Der[]): Pick<
  CertificateStatus,
  "state" | "thisUpdate" | "nextUpdate"
> {
  const state = STATES[certStatus?.tag ?? 0];
  if (!state) throw new DerError("a status of a certificate expected");
  const next = rest[0]?.tag === 0xa0 ? rest.shift() : undefined;
  const extensions = rest.shift();
  if (rest.length > 0) throw new DerError("a status has five parts");
  refuseCritical(extensions && readExtensions(insideTag(extensions, 0xa1)));
  return {
    state,
    thisUpdate: readGeneralizedTime(thisUpdate),
    nextUpdate: next && readGeneralizedTime(insideTag(next, 0xa0)),
  };
}

function refuseCritical(extensions: ReadonlyMap<string, Extension> = new Map()): void {
  if ([...extensions.values()].some(({ critical }) => critical)) {
    throw new StatusError("a critical extension that is not known");
  }
}

/** The parameters of the hash may be NULL or left out: hashes and serial decide. */
function sameCertificate(one: Der, other: Der): boolean {
  const [algorithm, ...rest] = children(one);
  const [wanted, ...wantedRest] = children(other);
  return (
    readAlgorithm(algorithm) === readAlgorithm(wanted) &&
    rest.every(({ bytes }, index) => wantedRest[index]?.bytes.equals(bytes))
  );
}

/** A responder that the issuer itself has named, and that was in force (RFC 6960, 4.2.2.2). */
function mayRespond(responder: X509Certificate, issuer: X509Certificate, at: Date): boolean {
  return (
    mayBeUsedFor(responder, "status") &&
    isSound(responder) &&
    isInForce(responder, at) &&
    issuerOf(responder, [issuer], 0) !== undefined
  );
}

function isSignedBy(
  data: Der | undefined,
  algorithm: Der | undefined,
  signature: Der | undefined,
  signer: X509Certificate,
): boolean {
  const digest = SIGNATURE_DIGESTS[readAlgorithm(algorithm)];
  const bits = readBits(signature);
  if (!data || digest === undefined) return false;
  try {
    return verify(digest, data.bytes, signer.publicKey, bits);
  } catch {
    return false;
  }
}

/**
 * Reads and verifies a CertificateList (RFC 5280, 5) and looks a certificate up in it.
 *
 * @throws StatusError or DerError when it is not signed by the issuer
 */
export function readCrl(
  der: Buffer,
  certificate: X509Certificate,
  issuer: X509Certificate,
): CertificateStatus {
  const [list, algorithm, signature] = children(expectTag(readWholeDer(der), TAG.sequence));
  if (!isSignedBy(list, algorithm, signature, issuer)) {
    throw new StatusError("the list is not signed by the issuer");
  }
  const keyUsage = constraintsOf(issuer).keyUsage ?? SIGNS_LISTS;
  if ((keyUsage & SIGNS_LISTS) === 0) throw new StatusError("the issuer may not sign lists");
  const { name, thisUpdate, nextUpdate, entries, extensions } = readList(list);
  const { serial, issuer: issuerName } = certificateFields(certificate.raw);
  if (!name.equals(issuerName)) throw new StatusError("the list is of another authority");
  const {
    [DELTA]: delta,
    [ISSUING_DISTRIBUTION_POINT]: scope,
    ...others
  } = Object.fromEntries(extensions);
  if (delta) throw new StatusError("the list tells changes only");
  if (scope && !isInScope(scope.value, certificate)) {
    throw new StatusError("the list is about other certificates");
  }
  refuseCritical(new Map(Object.entries(others)));
  const isRevoked = entries.some((entry) => {
    const [number, , more] = children(entry);
    refuseCritical(readExtensions(more));
    return number?.bytes.equals(serial);
  });
  return {
    kind: "crl",
    der,
    signer: issuer,
    state: isRevoked ? "revoked" : "good",
    thisUpdate,
    nextUpdate,
  };
}

interface RevocationList {
  readonly name: Buffer;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  readonly entries: readonly Der[];
  readonly extensions: ReadonlyMap<string, Extension>;
}

/** TBSCertList (RFC 5280, 5.1.2), whose parts that may be left out are told by their tags. */
function readList(list: Der | undefined): RevocationList {
  const parts = children(expectTag(list, TAG.sequence));
  const next = (...tags: number[]): Der | undefined =>
    tags.includes(parts[0]?.tag ?? 0) ? parts.shift() : undefined;
  next(TAG.integer);
  expectTag(next(TAG.sequence), TAG.sequence);
  const { bytes: name } = expectTag(next(TAG.sequence), TAG.sequence);
  const thisUpdate = readTime(next(TAG.utcTime, TAG.generalizedTime));
  const nextUpdate = next(TAG.utcTime, TAG.generalizedTime);
  const revoked = next(TAG.sequence);
  const extensions = next(0xa0);
  if (parts.length > 0) throw new DerError("parts of a list out of order");
  return {
    name,
    thisUpdate,
    nextUpdate: nextUpdate && readTime(nextUpdate),
    entries: revoked ? children(revoked) : [],
    extensions: readExtensions(extensions && insideTag(extensions, 0xa0)),
  };
}

/**
 * Whether a list that is not about all certificates of its authority (RFC 5280, 5.2.5) is about one: of
 * an address that the certificate names, and of its kind. Lists for some reasons only, of other
 * authorities or of attributes are about none.
 */
function isInScope(scope: Der, certificate: X509Certificate): boolean {
  const points = certificateExtensions(certificate).get(CRL_DISTRIBUTION_POINTS);
  const addresses = points ? uris(points.value) : [];
  return children(expectTag(scope, TAG.sequence)).every((part) => {
    const isSaid = part.content[0] !== 0;
    switch (part.tag) {
      case 0xa0:
        return uris(part).some((address) => addresses.includes(address));
      case 0x81:
        return !(isSaid && certificate.ca);
      case 0x82:
        return !(isSaid && !certificate.ca);
      default:
        return !isSaid;
    }
  });
}
