import { createHash, X509Certificate } from "node:crypto";
import {
  children,
  DerError,
  expectTag,
  insideTag,
  nullValue,
  octetString,
  oid,
  readAlgorithm,
  readGeneralizedTime,
  readOid,
  readWholeDer,
  sequence,
  TAG,
  type Der,
} from "../../x509/der.ts";
import { readExtensions } from "../../x509/extensions.ts";
import { certificateFields } from "../../x509/fields.ts";
import { isInForce, isSound, issuerOf, mayBeUsedFor } from "../../x509/trusted-path.ts";
import { OID } from "../seal/oids.ts";
import { isSignedBy, refuseCritical, StatusError, type CertificateStatus } from "./status.ts";

const OCSP_BASIC = "1.3.6.1.5.5.7.48.1.1";

/** Responders answer with a hash of their choice; it protects nothing. */
const CERTIFICATE_ID_HASHES: Readonly<Record<string, string | undefined>> = {
  [OID.sha1]: "sha1",
  [OID.sha256]: "sha256",
  [OID.sha384]: "sha384",
  [OID.sha512]: "sha512",
};

/** What a CertID (RFC 6960, 4.1.1) has behind its algorithm: the issuer is named as the certificate does. */
function certificateId(
  certificate: X509Certificate,
  issuer: X509Certificate,
  hash: string,
): Buffer[] {
  const { serial, issuer: name } = certificateFields(certificate.raw);
  const { publicKey } = certificateFields(issuer.raw);
  const hashes = [name, publicKey].map((data) => createHash(hash).update(data).digest());
  return [...hashes.map(octetString), serial];
}

/** OCSPRequest about one certificate, with SHA-1, which all understand, and without a nonce: they answer from a cache. */
export function ocspRequest(certificate: X509Certificate, issuer: X509Certificate): Buffer {
  const algorithm = sequence(oid(OID.sha1), nullValue);
  const request = sequence(sequence(algorithm, ...certificateId(certificate, issuer, "sha1")));
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
  const found = children(expectTag(responses, TAG.sequence))
    .map(children)
    .filter(([id]) => id !== undefined && isIdOf(id, certificate, issuer));
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

function isIdOf(id: Der, certificate: X509Certificate, issuer: X509Certificate): boolean {
  const [algorithm, ...rest] = children(id);
  const hash = CERTIFICATE_ID_HASHES[readAlgorithm(algorithm)];
  if (hash === undefined) return false;
  const wanted = certificateId(certificate, issuer, hash);
  return Buffer.concat(rest.map(({ bytes }) => bytes)).equals(Buffer.concat(wanted));
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
