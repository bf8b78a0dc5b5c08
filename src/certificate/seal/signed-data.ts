import { createHash, verify, X509Certificate } from "node:crypto";
import {
  children,
  DerError,
  expectTag,
  insideTag,
  integer,
  readAlgorithm,
  readOid,
  readWholeDer,
  TAG,
  type Der,
} from "../../x509/der.ts";
import { certificateFields } from "../../x509/fields.ts";
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
 * Opens a ContentInfo with SignedData. What the signature does not cover is held to the standard all
 * the same, so that no byte of it can be changed unseen; certificates and unsigned attributes may be
 * more than those that are needed.
 *
 * @throws DerError when it is none, has not exactly one signer, or lacks the signer's certificate
 */
export function openSignedData(der: Buffer): SignedData {
  const [type, wrapped, ...behind] = children(expectTag(readWholeDer(der), TAG.sequence));
  if (readOid(type) !== OID.signedData || behind.length > 0) {
    throw new DerError("SignedData expected");
  }
  const parts = children(expectTag(insideTag(wrapped, 0xa0), TAG.sequence));
  const [version, digestAlgorithms, encapsulated, ...rest] = parts;
  const signerInfo = insideTag(rest.pop(), TAG.set);
  const [contentTypeElement, explicitContent] = children(expectTag(encapsulated, TAG.sequence));
  const contentType = readOid(contentTypeElement);
  // RFC 5652, 5.1.
  expectInteger(version, contentType === OID.data ? 1 : 3);
  const tags = rest.map(({ tag }) => tag).join();
  if (!["", "160", "160,161"].includes(tags)) throw new DerError("parts out of order");
  const certificates = rest
    .filter(({ tag }) => tag === 0xa0)
    .flatMap(children)
    .map(({ bytes }) => parsed(bytes));
  const signer = openSigner(signerInfo, certificates);
  const hashes = children(expectTag(digestAlgorithms, TAG.set)).map(readAlgorithm);
  if (!hashes.some((hash) => DIGESTS[hash] === signer.digest)) {
    throw new DerError("the hash of the signer is not among those that are announced");
  }
  return {
    contentType,
    content: explicitContent
      ? expectTag(insideTag(explicitContent, 0xa0), TAG.octetString).content
      : undefined,
    certificates,
    ...signer,
  };
}

function expectInteger(element: Der | undefined, value: number): void {
  if (element?.bytes.equals(integer(value)) !== true) throw new DerError(`${value} expected`);
}

function openSigner(
  signerInfo: Der,
  certificates: readonly X509Certificate[],
): Omit<SignedData, "contentType" | "content" | "certificates"> {
  const [version, sid, digestAlgorithm, signed, signatureAlgorithm, signature, unsigned, ...more] =
    children(expectTag(signerInfo, TAG.sequence));
  expectTag(signed, 0xa0);
  if (!sid || !signed || more.length > 0) throw new DerError("signed attributes expected");
  // RFC 5652, 5.3: a signer that is named by issuer and serial number.
  expectInteger(version, 1);
  const signer = certificates.find((certificate) => isNamed(certificate, sid));
  if (!signer) throw new DerError("the signer's certificate is not inside");
  const digest = DIGESTS[readAlgorithm(digestAlgorithm)];
  if (digest === undefined) throw new DerError("an unknown hash");
  const signatureOid = readAlgorithm(signatureAlgorithm);
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

/** Type and value of each attribute. */
function attributes(set: Der): Map<string, Der> {
  return new Map(
    children(set).map((attribute) => {
      const [type, values] = children(expectTag(attribute, TAG.sequence));
      return [readOid(type), insideTag(values, TAG.set)];
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
