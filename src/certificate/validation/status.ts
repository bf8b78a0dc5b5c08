import { createHash, verify, X509Certificate } from "node:crypto";
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
} from "../seal/der.ts";
import { OID, SIGNATURE_DIGESTS } from "../seal/oids.ts";
import { certificateFields } from "../seal/signed-data.ts";

/** What an authority says of one certificate, with its own words in DER. */
export interface CertificateStatus {
  readonly kind: "ocsp" | "crl";
  readonly der: Buffer;
  readonly good: boolean;
  readonly thisUpdate: Date;
  /** Undefined: newer information is always to be had. */
  readonly nextUpdate: Date | undefined;
}

/** The answer proves nothing about this certificate. */
export class StatusError extends Error {
  override readonly name = "StatusError";
}

const OCSP_BASIC = "1.3.6.1.5.5.7.48.1.1";
const OCSP_SIGNING = "1.3.6.1.5.5.7.3.9";

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
  const list = embedded ? children(expectTag(insideTag(embedded, 0xa0), TAG.sequence)) : [];
  const responders = list.map(({ bytes: raw }) => new X509Certificate(raw));
  const signers = [issuer, ...responders.filter((one) => mayRespond(one, issuer))];
  if (!signers.some((one) => isSignedBy(data, algorithm, signature, one))) {
    throw new StatusError("the answer is not signed for the issuer");
  }
  const responses = children(expectTag(data, TAG.sequence)).find(({ tag }, index) => {
    return tag === TAG.sequence && index > 0;
  });
  const wanted = certificateId(certificate.raw, issuer.raw);
  const single = (responses ? children(responses) : [])
    .map(children)
    .find(([id]) => id !== undefined && sameCertificate(id, readWholeDer(wanted)));
  if (!single) throw new StatusError("the answer is about other certificates");
  const [, state, thisUpdate, next] = single;
  return {
    kind: "ocsp",
    der,
    good: state?.tag === 0x80,
    thisUpdate: readGeneralizedTime(thisUpdate),
    nextUpdate: next?.tag === 0xa0 ? readGeneralizedTime(children(next)[0]) : undefined,
  };
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

function mayRespond(responder: X509Certificate, issuer: X509Certificate): boolean {
  // Node's typings say that the list is always there; a certificate without the extension has none.
  const usages = responder.keyUsage as readonly string[] | undefined;
  return (
    usages?.includes(OCSP_SIGNING) === true &&
    responder.checkIssued(issuer) &&
    responder.verify(issuer.publicKey)
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
  const fields = children(expectTag(list, TAG.sequence));
  const times = fields.filter(({ tag }) => tag === TAG.utcTime || tag === TAG.generalizedTime);
  const [thisUpdate, nextUpdate] = times.map((time) => readTime(time));
  if (!thisUpdate) throw new DerError("a list without its date");
  const last = times.at(-1);
  const revoked = fields.slice(last ? fields.indexOf(last) + 1 : 0).find(({ tag }) => {
    return tag === TAG.sequence;
  });
  const { serial } = certificateFields(certificate.raw);
  const entries = revoked ? children(revoked) : [];
  const isRevoked = entries.some((entry) => children(entry)[0]?.bytes.equals(serial));
  return { kind: "crl", der, good: !isRevoked, thisUpdate, nextUpdate };
}
