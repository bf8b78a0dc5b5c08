import { webcrypto } from "node:crypto";
import * as asn1js from "asn1js";
import * as pkijs from "pkijs";
import type { RandomSource } from "../../domain/clock.ts";
import { pem } from "../pem.ts";
import { TEST_ORGANISATION } from "../../x509/organisation.ts";

const COUNTRY = "2.5.4.6";
const ORGANISATION = "2.5.4.10";
const COMMON_NAME = "2.5.4.3";
const HASH = "SHA-256";
const KEYS = {
  "P-256": { name: "ECDSA", namedCurve: "P-256" },
  "RSA-3072": {
    name: "RSASSA-PKCS1-v1_5",
    modulusLength: 3072,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: HASH,
  },
} as const;

export type KeyKind = keyof typeof KEYS;

/** A certificate with its key, as node:crypto and the library need them. */
export interface Identity {
  readonly certificate: pkijs.Certificate;
  readonly privateKey: webcrypto.CryptoKey;
}

export interface CertificateRequest {
  readonly commonName: string;
  readonly keyKind?: KeyKind;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Bits of RFC 5280, 4.2.1.3: 0 digitalSignature, 1 nonRepudiation, 5 keyCertSign, 6 cRLSign. */
  readonly keyUsage: readonly number[];
  readonly certificateAuthority?: boolean;
  readonly extendedKeyUsage?: { readonly purposes: readonly string[]; readonly critical: boolean };
  /** Where the status of the certificate would be told; without a slash at the end. */
  readonly statusUrl?: string;
  /** OCSP responders are not asked about themselves (RFC 6960, 4.2.2.2.1). */
  readonly noCheck?: boolean;
}

/** Makes a key pair and its certificate, signed by the issuer or by itself. */
export async function makeIdentity(
  request: CertificateRequest,
  issuer: Identity | undefined,
  random: RandomSource,
): Promise<Identity> {
  const keys = await webcrypto.subtle.generateKey(KEYS[request.keyKind ?? "P-256"], true, [
    "sign",
    "verify",
  ]);
  const certificate = new pkijs.Certificate({ version: 2 });
  certificate.serialNumber = new asn1js.Integer({ valueHex: serialNumber(random) });
  setName(certificate.subject, request.commonName);
  certificate.issuer = issuer?.certificate.subject ?? certificate.subject;
  certificate.notBefore.value = request.notBefore;
  certificate.notAfter.value = request.notAfter;
  await certificate.subjectPublicKeyInfo.importKey(keys.publicKey);
  const own = await keyIdentifier(certificate);
  const above = issuer ? await keyIdentifier(issuer.certificate) : own;
  certificate.extensions = extensions(request, own, above);
  await certificate.sign(issuer?.privateKey ?? keys.privateKey, HASH);
  return { certificate, privateKey: keys.privateKey };
}

function serialNumber(random: RandomSource): ArrayBuffer {
  const bytes = new Uint8Array(random.bytes(16));
  // Positive and of constant length.
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.buffer;
}

function setName(name: pkijs.RelativeDistinguishedNames, commonName: string): void {
  const value = (text: string): asn1js.Utf8String => new asn1js.Utf8String({ value: text });
  name.typesAndValues.push(
    new pkijs.AttributeTypeAndValue({
      type: COUNTRY,
      value: new asn1js.PrintableString({ value: "ES" }),
    }),
    new pkijs.AttributeTypeAndValue({
      type: ORGANISATION,
      value: value(TEST_ORGANISATION),
    }),
    new pkijs.AttributeTypeAndValue({ type: COMMON_NAME, value: value(commonName) }),
  );
}

async function keyIdentifier(certificate: pkijs.Certificate): Promise<ArrayBuffer> {
  const key = certificate.subjectPublicKeyInfo.subjectPublicKey.valueBlock.valueHexView;
  return webcrypto.subtle.digest("SHA-1", new Uint8Array(key));
}

function extensions(
  request: CertificateRequest,
  own: ArrayBuffer,
  issuer: ArrayBuffer,
): pkijs.Extension[] {
  const extension = (extnID: string, critical: boolean, value: asn1js.AsnType): pkijs.Extension =>
    new pkijs.Extension({ extnID, critical, extnValue: value.toBER() });
  const usage = new Uint8Array(1);
  for (const bit of request.keyUsage) usage[0] = (usage[0] ?? 0) | (0x80 >> bit);
  const unusedBits = 7 - Math.max(...request.keyUsage);
  const list = [
    extension(
      "2.5.29.19",
      true,
      new pkijs.BasicConstraints({ cA: request.certificateAuthority === true }).toSchema(),
    ),
    extension("2.5.29.15", true, new asn1js.BitString({ valueHex: usage.buffer, unusedBits })),
    extension("2.5.29.14", false, new asn1js.OctetString({ valueHex: own })),
    extension(
      "2.5.29.35",
      false,
      new pkijs.AuthorityKeyIdentifier({
        keyIdentifier: new asn1js.OctetString({ valueHex: issuer }),
      }).toSchema(),
    ),
  ];
  if (request.extendedKeyUsage) {
    const { purposes, critical } = request.extendedKeyUsage;
    const value = new pkijs.ExtKeyUsage({ keyPurposes: [...purposes] }).toSchema();
    list.push(extension("2.5.29.37", critical, value));
  }
  if (request.statusUrl !== undefined) {
    list.push(
      extension("2.5.29.31", false, crlDistributionPoints(`${request.statusUrl}/crl`)),
      extension("1.3.6.1.5.5.7.1.1", false, authorityInformation(`${request.statusUrl}/ocsp`)),
    );
  }
  if (request.noCheck) list.push(extension("1.3.6.1.5.5.7.48.1.5", false, new asn1js.Null()));
  return list;
}

/** Address as GeneralName (RFC 5280, 4.2.1.6). */
function uri(address: string): pkijs.GeneralName {
  return new pkijs.GeneralName({ type: 6, value: address });
}

function crlDistributionPoints(address: string): asn1js.Sequence {
  const distributionPoint = [uri(address)];
  return new pkijs.CRLDistributionPoints({
    distributionPoints: [new pkijs.DistributionPoint({ distributionPoint })],
  }).toSchema();
}

function authorityInformation(address: string): asn1js.Sequence {
  const accessMethod = "1.3.6.1.5.5.7.48.1";
  const description = new pkijs.AccessDescription({ accessMethod, accessLocation: uri(address) });
  return new pkijs.InfoAccess({ accessDescriptions: [description] }).toSchema();
}

export async function privateKeyPem({ privateKey }: Identity): Promise<string> {
  return pem("PRIVATE KEY", await webcrypto.subtle.exportKey("pkcs8", privateKey));
}

export function certificatePem({ certificate }: Identity): string {
  return pem("CERTIFICATE", certificate.toSchema().toBER());
}
