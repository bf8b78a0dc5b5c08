import { webcrypto, X509Certificate } from "node:crypto";
import * as asn1js from "asn1js";
import * as pkijs from "pkijs";
import { createCertificateIssuer } from "../../src/certificate/issuer.ts";
import { createKeySeal } from "../../src/certificate/seal/key-file-seal.ts";
import {
  certificatePem,
  makeIdentity,
  privateKeyPem,
  type CertificateRequest,
  type Identity,
} from "../../src/certificate/test-pki/certificates.ts";
import type { KeyAndChain } from "../../src/certificate/test-pki/test-pki.ts";
import { createTestTimeStampAuthority } from "../../src/certificate/test-pki/test-time-stamp-authority.ts";
import type { CertificateFacts } from "../../src/domain/certificate.ts";
import { DAY } from "../../src/domain/clock.ts";
import { random } from "./certificate-issuer.ts";

/** The instant of every seal here, in whole seconds as authorities write them. */
const NOW = new Date("2026-03-12T10:00:00Z");

/** @param days from the instant of the seals */
export function at(days: number): Date {
  return new Date(NOW.getTime() + days * DAY);
}

const SIGNS = [0, 1];
const ISSUES = [5, 6];
export const TIME_STAMPING = "1.3.6.1.5.5.7.3.8";
export const OCSP_SIGNING = "1.3.6.1.5.5.7.3.9";

/** A key and a certificate that nothing holds to the standard but the test. */
export async function identity(
  commonName: string,
  issuer: Identity | undefined,
  request: Partial<CertificateRequest> = {},
  {
    extensions = [],
    subject,
    issuerName,
  }: {
    /** Beside those of the request, or in their place. */
    readonly extensions?: readonly pkijs.Extension[];
    /** In the place of the issuer's own encoding. */
    readonly issuerName?: pkijs.RelativeDistinguishedNames;
    /** Types and values. */
    readonly subject?: Readonly<Record<string, string>>;
  } = {},
): Promise<Identity> {
  const dates = { notBefore: at(-100), notAfter: at(100) };
  const made = await makeIdentity(
    { commonName, keyUsage: SIGNS, ...dates, ...request },
    issuer,
    random,
  );
  if (subject) {
    made.certificate.subject.typesAndValues = Object.entries(subject).map(
      ([type, value]) =>
        new pkijs.AttributeTypeAndValue({ type, value: new asn1js.Utf8String({ value }) }),
    );
  }
  const replaced = new Set(extensions.map(({ extnID }) => extnID));
  const kept = made.certificate.extensions?.filter(({ extnID }) => !replaced.has(extnID)) ?? [];
  made.certificate.extensions = [...kept, ...extensions];
  if (issuerName) made.certificate.issuer = issuerName;
  await made.certificate.sign((issuer ?? made).privateKey, "SHA-256");
  return made;
}

/** The same name and key with another certificate, by another issuer or with other dates. */
export async function again(
  { certificate, privateKey }: Identity,
  issuer: Identity,
  { notBefore = at(-100), notAfter = at(100) }: { notBefore?: Date; notAfter?: Date } = {},
): Promise<Identity> {
  const copy = pkijs.Certificate.fromBER(certificate.toSchema().toBER());
  copy.serialNumber = new asn1js.Integer({ valueHex: new Uint8Array(random.bytes(8)).buffer });
  copy.issuer = issuer.certificate.subject;
  copy.notBefore.value = notBefore;
  copy.notAfter.value = notAfter;
  copy.extensions = copy.extensions?.filter(({ extnID }) => extnID !== "2.5.29.35") ?? [];
  await copy.sign(issuer.privateKey, "SHA-256");
  return { certificate: copy, privateKey };
}

/** The same name in other types of strings. */
export function inPrintable(
  name: pkijs.RelativeDistinguishedNames,
): pkijs.RelativeDistinguishedNames {
  return new pkijs.RelativeDistinguishedNames({
    typesAndValues: name.typesAndValues.map(({ type, value }) => {
      const printable = new asn1js.PrintableString({ value: value.valueBlock.value });
      return new pkijs.AttributeTypeAndValue({ type, value: printable });
    }),
  });
}

export function authority(
  commonName: string,
  issuer: Identity | undefined,
  extensions: readonly pkijs.Extension[] = [],
): Promise<Identity> {
  const request = { keyUsage: ISSUES, certificateAuthority: true };
  return identity(commonName, issuer, request, { extensions });
}

export function extension(
  extnID: string,
  critical: boolean,
  value: asn1js.AsnType,
): pkijs.Extension {
  return new pkijs.Extension({ extnID, critical, extnValue: value.toBER() });
}

export const unknownCritical = extension("1.2.3.4", true, new asn1js.Null());

interface Said {
  readonly thisUpdate?: Date;
  readonly nextUpdate?: Date;
}

/** An OCSPResponse about a certificate. */
export async function ocsp(
  about: Identity,
  issuer: Identity,
  signer: Identity,
  {
    revoked = false,
    thisUpdate = NOW,
    nextUpdate = at(1),
    extensions = [],
    hash = "SHA-1",
  }: Said & {
    readonly revoked?: boolean;
    readonly extensions?: pkijs.Extension[];
    /** Of the name and the key of the issuer. */
    readonly hash?: string;
  } = {},
): Promise<Buffer> {
  const id = new pkijs.CertID();
  await id.createForCertificate(about.certificate, {
    hashAlgorithm: hash,
    issuerCertificate: issuer.certificate,
  });
  // RFC 6960, 4.1.1: as the certificate writes it, which the library does not know.
  const issuerName = about.certificate.issuer.toSchema().toBER();
  const nameHash = await webcrypto.subtle.digest(hash, issuerName);
  id.issuerNameHash = new asn1js.OctetString({ valueHex: nameHash });
  const single = new pkijs.SingleResponse({ certID: id });
  const revokedAt = [new asn1js.GeneralizedTime({ valueDate: at(-50) })];
  single.certStatus = revoked
    ? new asn1js.Constructed({ idBlock: { tagClass: 3, tagNumber: 1 }, value: revokedAt })
    : new asn1js.Primitive({ idBlock: { tagClass: 3, tagNumber: 0 } });
  single.thisUpdate = thisUpdate;
  single.nextUpdate = nextUpdate;
  if (extensions.length > 0) single.singleExtensions = extensions;
  const basic = new pkijs.BasicOCSPResponse();
  basic.tbsResponseData.responderID = signer.certificate.subject;
  basic.tbsResponseData.producedAt = thisUpdate;
  basic.tbsResponseData.responses.push(single);
  if (signer !== issuer) basic.certs = [signer.certificate];
  await basic.sign(signer.privateKey, "SHA-256");
  const response = new asn1js.OctetString({ valueHex: basic.toSchema().toBER() });
  const whole = new pkijs.OCSPResponse({
    responseStatus: new asn1js.Enumerated({ value: 0 }),
    responseBytes: new pkijs.ResponseBytes({ responseType: pkijs.id_PKIX_OCSP_Basic, response }),
  });
  return Buffer.from(whole.toSchema().toBER());
}

/** A CertificateList. */
export async function crl(
  issuer: Identity,
  {
    revoked = [],
    thisUpdate = NOW,
    nextUpdate = at(30),
    extensions = [],
  }: Said & {
    readonly revoked?: readonly Identity[];
    readonly extensions?: pkijs.Extension[];
  } = {},
): Promise<Buffer> {
  const time = (value: Date): pkijs.Time => new pkijs.Time({ type: pkijs.TimeType.UTCTime, value });
  const list = new pkijs.CertificateRevocationList();
  list.version = 1;
  list.issuer = issuer.certificate.subject;
  list.thisUpdate = time(thisUpdate);
  list.nextUpdate = time(nextUpdate);
  if (revoked.length > 0) {
    list.revokedCertificates = revoked.map(({ certificate }) => {
      const revocationDate = time(at(-50));
      return new pkijs.RevokedCertificate({
        userCertificate: certificate.serialNumber,
        revocationDate,
      });
    });
  }
  if (extensions.length > 0) list.crlExtensions = new pkijs.Extensions({ extensions });
  await list.sign(issuer.privateKey, "SHA-256");
  return Buffer.from((list.toSchema() as asn1js.Sequence).toBER());
}

/** A part of IssuingDistributionPoint (RFC 5280, 5.2.5): its number, an address or a name. */
export function issuingDistributionPoint(
  part: number | string | pkijs.RelativeDistinguishedNames,
): pkijs.Extension {
  const tagged = (tagNumber: number, ...value: asn1js.AsnType[]): asn1js.Constructed =>
    new asn1js.Constructed({ idBlock: { tagClass: 3, tagNumber }, value });
  const primitive = (tagNumber: number, bytes: Uint8Array<ArrayBuffer>): asn1js.Primitive =>
    new asn1js.Primitive({ idBlock: { tagClass: 3, tagNumber }, valueHex: bytes.buffer });
  const value =
    typeof part === "number"
      ? primitive(part, new Uint8Array([255]))
      : tagged(
          0,
          tagged(
            0,
            typeof part === "string"
              ? primitive(6, new Uint8Array(Buffer.from(part)))
              : tagged(4, part.toSchema()),
          ),
        );
  return extension("2.5.29.28", true, new asn1js.Sequence({ value: [value] }));
}

/** A certificate of these facts, sealed and stamped by these, with these validation data. */
export async function sealedBy(
  facts: CertificateFacts,
  {
    seal,
    above,
    shown = above,
    tsa,
    ocsps,
    crls,
  }: {
    readonly seal: Identity;
    /** The authorities of the seal. */
    readonly above: readonly Identity[];
    /** Those that travel in the seal. */
    readonly shown?: readonly Identity[];
    readonly tsa: Identity;
    readonly ocsps: readonly Buffer[];
    readonly crls: readonly Buffer[];
  },
): Promise<Buffer> {
  const clock = { now: () => NOW };
  const certificates = [...new Set([seal, ...above, tsa])].map(raw);
  const issuer = await createCertificateIssuer({
    clock,
    seal: createKeySeal(await keys(seal, ...shown)),
    timeStampAuthority: createTestTimeStampAuthority({ keys: await keys(tsa), clock, random }),
    validation: { dataFor: () => Promise.resolve({ certificates, ocsps, crls }) },
    test: true,
  });
  return (await issuer.issue(facts)).pdf;
}

/** The key of one, and the certificates of all. */
export async function keys(one: Identity, ...above: readonly Identity[]): Promise<KeyAndChain> {
  return { key: await privateKeyPem(one), chain: [one, ...above].map(certificatePem).join("") };
}

export function raw(one: Identity): Buffer {
  return new X509Certificate(certificatePem(one)).raw;
}
