import { webcrypto, X509Certificate } from "node:crypto";
import * as asn1js from "asn1js";
import * as pkijs from "pkijs";
import { DAY, type Clock } from "../../domain/clock.ts";
import { readCrl } from "../validation/crl.ts";
import { readOcsp } from "../validation/ocsp.ts";
import type { StatusSource } from "../validation/validation-data.ts";
import type { KeyAndChain, TestPki } from "./test-pki.ts";

/** The authorities of the test certificates: in the process itself, or behind a socket of a test. */
export interface TestStatus extends StatusSource {
  /** OCSPResponse that a certificate is good. */
  ocsp(certificate: Buffer): Promise<Buffer>;
  /** An empty CRL of the root, about the issuing authority. */
  rootCrl(): Promise<Buffer>;
}

/** @param options.revoked the certificates that are not good */
export function createTestStatus({
  pki,
  clock,
  revoked = () => false,
}: {
  readonly pki: TestPki;
  readonly clock: Clock;
  readonly revoked?: (certificate: Buffer) => boolean;
}): TestStatus {
  const issuing = library(pki.issuingAuthority.chain);

  async function ocsp(certificate: Buffer): Promise<Buffer> {
    const id = new pkijs.CertID();
    await id.createForCertificate(parse(certificate), {
      hashAlgorithm: "SHA-1",
      issuerCertificate: issuing,
    });
    const now = wholeSecond(clock.now());
    const single = new pkijs.SingleResponse({ certID: id });
    single.certStatus = revoked(certificate) ? revokedSince(now) : good();
    single.thisUpdate = now;
    single.nextUpdate = new Date(now.getTime() + DAY);
    const basic = new pkijs.BasicOCSPResponse();
    const responder = library(pki.responder.chain);
    basic.tbsResponseData.responderID = responder.subject;
    basic.tbsResponseData.producedAt = now;
    basic.tbsResponseData.responses.push(single);
    basic.certs = [responder];
    await basic.sign(await key(pki.responder), "SHA-256");
    const response = new pkijs.OCSPResponse({
      responseStatus: new asn1js.Enumerated({ value: 0 }),
      responseBytes: new pkijs.ResponseBytes({
        responseType: pkijs.id_PKIX_OCSP_Basic,
        response: new asn1js.OctetString({ valueHex: basic.toSchema().toBER() }),
      }),
    });
    return Buffer.from(response.toSchema().toBER());
  }

  async function rootCrl(): Promise<Buffer> {
    const now = wholeSecond(clock.now());
    const crl = new pkijs.CertificateRevocationList();
    crl.version = 1;
    crl.issuer = library(pki.root).subject;
    crl.thisUpdate = utcTime(now);
    crl.nextUpdate = utcTime(new Date(now.getTime() + 30 * DAY));
    await crl.sign(await key(pki.rootKeys), "SHA-256");
    const schema = crl.toSchema() as asn1js.Sequence;
    return Buffer.from(schema.toBER());
  }

  return {
    ocsp,
    rootCrl,
    status: async (certificate, issuer) =>
      issuer.checkIssued(issuer)
        ? readCrl(await rootCrl(), certificate, issuer)
        : readOcsp(await ocsp(certificate.raw), certificate, issuer),
  };
}

function utcTime(value: Date): pkijs.Time {
  return new pkijs.Time({ type: pkijs.TimeType.UTCTime, value });
}

function wholeSecond(at: Date): Date {
  return new Date(Math.floor(at.getTime() / 1000) * 1000);
}

function good(): asn1js.AsnType {
  return new asn1js.Primitive({ idBlock: { tagClass: 3, tagNumber: 0 } });
}

function revokedSince(at: Date): asn1js.AsnType {
  return new asn1js.Constructed({
    idBlock: { tagClass: 3, tagNumber: 1 },
    value: [new asn1js.GeneralizedTime({ valueDate: at })],
  });
}

/** The first certificate of a chain. */
function library(chain: string): pkijs.Certificate {
  return parse(new X509Certificate(chain).raw);
}

function parse(der: Buffer): pkijs.Certificate {
  return pkijs.Certificate.fromBER(new Uint8Array(der));
}

function key({ key: text }: KeyAndChain): Promise<webcrypto.CryptoKey> {
  const der = Buffer.from(text.replace(/-----[^-]+-----|\s/g, ""), "base64");
  return webcrypto.subtle.importKey("pkcs8", der, { name: "ECDSA", namedCurve: "P-256" }, false, [
    "sign",
  ]);
}
