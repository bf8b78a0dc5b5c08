import { createHash } from "node:crypto";
import {
  algorithm,
  context,
  element,
  integer,
  nullValue,
  octetString,
  oid,
  sequence,
  setOf,
} from "../../x509/der.ts";
import { OID } from "./oids.ts";
import { certificateFields } from "../../x509/fields.ts";

/** How a signature is named in a SignerInfo (RFC 5754). */
export type SignatureAlgorithm = "ecdsaWithSha256" | "rsaWithSha256";

/** What varies from one SignedData of a signer to the next. */
interface SignedParts {
  readonly signedAttributes: Buffer;
  readonly signature: Buffer;
  /** Left out when what is signed travels apart. */
  readonly content?: Buffer;
  readonly timeStampToken?: Buffer;
}

/**
 * The SignedData of one signer (RFC 5652), with all that does not change made once. Its attributes are
 * those of CAdES baseline as PAdES wants them (ETSI EN 319 142-1, 6.3): content type, digest and
 * signing-certificate-v2, and no signing-time.
 */
export interface SignedDataForm {
  /** DER of the attributes to be signed, for a SHA-256 of the content. */
  signedAttributes(contentSha256: Buffer): Buffer;
  /** The complete ContentInfo. */
  assemble(parts: SignedParts): Buffer;
}

/** @param chain DER; the signing certificate first */
export function signedDataForm(signer: {
  readonly chain: readonly Buffer[];
  readonly algorithm: SignatureAlgorithm;
  readonly contentType: string;
}): SignedDataForm {
  const [certificate] = signer.chain;
  if (!certificate) throw new Error("a signer needs its certificate");
  const { issuer, serial } = certificateFields(certificate);
  const sha256 = sequence(oid(OID.sha256), nullValue);
  const certificateHash = createHash("sha256").update(certificate).digest();
  const issuerSerial = sequence(sequence(context(4, issuer)), serial);
  const fixed = [
    sequence(oid(OID.contentType), setOf(oid(signer.contentType))),
    sequence(
      oid(OID.signingCertificateV2),
      setOf(sequence(sequence(sequence(octetString(certificateHash), issuerSerial)))),
    ),
  ];
  const version = integer(signer.contentType === OID.data ? 1 : 3);
  const certificates = element(0xa0, ...[...signer.chain].sort((a, b) => Buffer.compare(a, b)));
  const signerHead = [integer(1), sequence(issuer, serial), sha256];
  const signatureAlgorithm =
    signer.algorithm === "ecdsaWithSha256"
      ? algorithm(OID.ecdsaWithSha256)
      : algorithm(OID.rsa, "null");
  return {
    signedAttributes: (digest) =>
      setOf(...fixed, sequence(oid(OID.messageDigest), setOf(octetString(digest)))),
    assemble: ({ signedAttributes, signature, content, timeStampToken }) => {
      const signed = Buffer.from(signedAttributes);
      // RFC 5652, 5.3: inside the SignerInfo the SET OF is tagged [0].
      signed[0] = 0xa0;
      const encapsulated = content ? [context(0, octetString(content))] : [];
      const unsigned = timeStampToken
        ? [context(1, sequence(oid(OID.timeStampToken), setOf(timeStampToken)))]
        : [];
      const signerInfo = sequence(
        ...signerHead,
        signed,
        signatureAlgorithm,
        octetString(signature),
        ...unsigned,
      );
      const body = sequence(
        version,
        setOf(sha256),
        sequence(oid(signer.contentType), ...encapsulated),
        certificates,
        setOf(signerInfo),
      );
      return sequence(oid(OID.signedData), context(0, body));
    },
  };
}
