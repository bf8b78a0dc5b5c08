import { createHash, verify, X509Certificate } from "node:crypto";
import { children, DerError, expectTag, readDer, readOid, TAG, type Der } from "./der.ts";
import { OID, SIGNATURE_DIGESTS } from "./oids.ts";

const DIGESTS: Readonly<Record<string, string>> = {
  [OID.sha256]: "sha256",
  [OID.sha384]: "sha384",
  [OID.sha512]: "sha512",
};

/** A CMS SignedData with one signer (RFC 5652, 5), opened but not yet believed. */
export interface SignedData {
  readonly contentType: string;
  /** What is signed, when it travels inside. */
  readonly content: Buffer | undefined;
  readonly certificates: readonly X509Certificate[];
  /** The certificate that the signer names. */
  readonly signer: X509Certificate;
  /** Name of the hash in node:crypto. */
  readonly digest: string;
  readonly signedAttributes: ReadonlyMap<string, Der>;
  readonly unsignedAttributes: ReadonlyMap<string, Der>;
  readonly signature: Buffer;
  /** The bytes that the signature covers. */
  readonly signedBytes: Buffer;
  readonly signatureDigest: string;
}

/**
 * Opens a ContentInfo with SignedData.
 *
 * @throws DerError when it is none, has not exactly one signer, or lacks the signer's certificate
 */
export function openSignedData(der: Buffer): SignedData {
  const [type, wrapped] = children(expectTag(readDer(der), TAG.sequence));
  if (readOid(type) !== OID.signedData) throw new DerError("SignedData expected");
  const [inner] = children(expectTag(wrapped, 0xa0));
  const parts = children(expectTag(inner, TAG.sequence));
  const [contentTypeElement, explicitContent] = children(expectTag(parts[2], TAG.sequence));
  const certificates = parts
    .filter(({ tag }) => tag === 0xa0)
    .flatMap(children)
    .map(({ bytes }) => parsed(bytes));
  const signers = children(expectTag(parts.at(-1), TAG.set));
  const [signerInfo] = signers;
  if (!signerInfo || signers.length !== 1) throw new DerError("exactly one signer expected");
  const content = explicitContent
    ? expectTag(children(explicitContent)[0], TAG.octetString).content
    : undefined;
  return {
    contentType: readOid(contentTypeElement),
    content,
    certificates,
    ...openSigner(signerInfo, certificates),
  };
}

function openSigner(
  signerInfo: Der,
  certificates: readonly X509Certificate[],
): Omit<SignedData, "contentType" | "content" | "certificates"> {
  const [, sid, digestAlgorithm, signed, signatureAlgorithm, signature, unsigned] =
    children(signerInfo);
  expectTag(signed, 0xa0);
  if (!sid || !signed) throw new DerError("signed attributes expected");
  const signer = certificates.find((certificate) => isNamed(certificate, sid));
  if (!signer) throw new DerError("the signer's certificate is not inside");
  const digest = DIGESTS[readOid(children(expectTag(digestAlgorithm, TAG.sequence))[0])];
  if (digest === undefined) throw new DerError("an unknown hash");
  const signatureOid = readOid(children(expectTag(signatureAlgorithm, TAG.sequence))[0]);
  const signatureDigest = signatureOid === OID.rsa ? digest : SIGNATURE_DIGESTS[signatureOid];
  if (signatureDigest === undefined) throw new DerError("an unknown signature algorithm");
  // RFC 5652, 5.4: what is signed is the SET OF, not the [0] that stands in its place.
  const signedBytes = Buffer.from(signed.bytes);
  signedBytes[0] = TAG.set;
  return {
    signer,
    digest,
    signedAttributes: attributes(signed),
    unsignedAttributes: unsigned ? attributes(expectTag(unsigned, 0xa1)) : new Map(),
    signature: expectTag(signature, TAG.octetString).content,
    signedBytes,
    signatureDigest,
  };
}

/** Type and first value of each attribute. */
function attributes(set: Der): Map<string, Der> {
  return new Map(
    children(set).map((attribute) => {
      const [type, values] = children(attribute);
      const [value] = children(expectTag(values, TAG.set));
      if (!value) throw new DerError("an attribute without a value");
      return [readOid(type), value];
    }),
  );
}

const MOST_REMEMBERED = 64;
const remembered = new Map<string, X509Certificate>();

/** The same few certificates come in every seal and token; opening one takes longer than a hash. */
function parsed(der: Buffer): X509Certificate {
  const key = createHash("sha256").update(der).digest("base64");
  const known = remembered.get(key);
  if (known) return known;
  const certificate = new X509Certificate(der);
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  remembered.set(key, certificate);
  return certificate;
}

/** Parts of a certificate as they are encoded (RFC 5280, 4.1). */
export interface CertificateFields {
  readonly serial: Buffer;
  readonly issuer: Buffer;
  readonly subject: Buffer;
  /** The bits of subjectPublicKey. */
  readonly publicKey: Buffer;
}

export function certificateFields(certificate: Buffer): CertificateFields {
  const [tbs] = children(readDer(certificate));
  const fields = children(expectTag(tbs, TAG.sequence)).filter(({ tag }) => tag !== 0xa0);
  const [serial, , issuer, , subject, publicKeyInfo] = fields;
  const [, publicKey] = children(expectTag(publicKeyInfo, TAG.sequence));
  return {
    serial: expectTag(serial, TAG.integer).bytes,
    issuer: expectTag(issuer, TAG.sequence).bytes,
    subject: expectTag(subject, TAG.sequence).bytes,
    publicKey: expectTag(publicKey, TAG.bitString).content.subarray(1),
  };
}

function isNamed(certificate: X509Certificate, sid: Der): boolean {
  if (sid.tag !== TAG.sequence) return false;
  const { issuer, serial } = certificateFields(certificate.raw);
  return sid.content.equals(Buffer.concat([issuer, serial]));
}

/** Why a signature does not hold. `signingCertificate` alone means that all else does. */
export type SignatureFault = "contentType" | "digest" | "signingCertificate" | "signature";

/**
 * Checks a signature over a content whose hash is given: the signed attributes name the content, its
 * hash and the certificate, and the key of that certificate signed them.
 */
export function signatureFault(
  data: SignedData,
  contentDigest: Buffer,
): SignatureFault | undefined {
  const { signedAttributes } = data;
  if (readOid(signedAttributes.get(OID.contentType)) !== data.contentType) return "contentType";
  const digest = signedAttributes.get(OID.messageDigest);
  if (!digest || !digest.content.equals(contentDigest)) return "digest";
  const { signatureDigest, signedBytes, signer, signature } = data;
  if (!verify(signatureDigest, signedBytes, signer.publicKey, signature)) return "signature";
  return namesCertificate(signedAttributes.get(OID.signingCertificateV2), signer)
    ? undefined
    : "signingCertificate";
}

/** SigningCertificateV2 (RFC 5035, 3): the first ESSCertIDv2 has the hash of the certificate. */
function namesCertificate(attribute: Der | undefined, signer: X509Certificate): boolean {
  if (!attribute) return false;
  const [list] = children(attribute);
  const [first] = list ? children(list) : [];
  if (!first) return false;
  const parts = children(first);
  const hash = parts.find(({ tag }) => tag === TAG.octetString);
  const named = parts[0]?.tag === TAG.sequence ? readOid(children(parts[0])[0]) : OID.sha256;
  const digest = DIGESTS[named];
  if (!hash || digest === undefined) return false;
  return hash.content.equals(createHash(digest).update(signer.raw).digest());
}
