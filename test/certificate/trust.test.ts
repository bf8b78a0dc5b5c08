import * as asn1js from "asn1js";
import * as pkijs from "pkijs";
import { certificatePem, type Identity } from "../../src/certificate/test-pki/certificates.ts";
import { verifyPdf } from "../../src/certificate/verify.ts";
import {
  at,
  authority,
  crl,
  extension,
  identity,
  inPrintable,
  issuingDistributionPoint,
  OCSP_SIGNING,
  ocsp,
  sealedBy,
  TIME_STAMPING,
  unknownCritical,
} from "../support/authorities.ts";
import { certificateFacts } from "../support/certificate-facts.ts";

const STAMPS = { extendedKeyUsage: { purposes: [TIME_STAMPING], critical: true } };
const ANSWERS = { extendedKeyUsage: { purposes: [OCSP_SIGNING], critical: false } };
const STATUS_URL = "http://status.example";

let root: Identity;
let sub: Identity;
let seal: Identity;
let tsa: Identity;
let responder: Identity;
/** Data that prove all but the seal. */
let others: { ocsps: Buffer[]; crls: Buffer[] };

beforeAll(async () => {
  root = await authority("root", undefined);
  sub = await authority("sub", root);
  seal = await identity("seal", sub, { statusUrl: STATUS_URL });
  tsa = await identity("tsa", sub, STAMPS);
  responder = await identity("responder", sub, ANSWERS);
  others = { ocsps: [await ocsp(tsa, sub, responder)], crls: [await crl(root)] };
});

/** The findings that fail. */
function failing(pdf: Buffer): string[] {
  const { findings } = verifyPdf(pdf, { trusted: certificatePem(root) });
  return findings.filter(({ ok }) => !ok).map(({ name }) => name);
}

describe("status of the seal", () => {
  async function withStatus(
    data: { ocsps?: Promise<Buffer>[]; crls?: Promise<Buffer>[] },
    by = seal,
  ): Promise<string[]> {
    const ocsps = [...others.ocsps, ...(await Promise.all(data.ocsps ?? []))];
    const crls = [...others.crls, ...(await Promise.all(data.crls ?? []))];
    const parts = { seal: by, above: [sub], tsa, ocsps, crls };
    return failing(await sealedBy(certificateFacts(), parts));
  }

  const good = (by = responder, said: Parameters<typeof ocsp>[3] = {}): Promise<Buffer> =>
    ocsp(seal, sub, by, said);

  test("answers that prove that it was good", async () => {
    const rest = { thisUpdate: at(-0.4), nextUpdate: at(0.1) };
    const point = issuingDistributionPoint(`${STATUS_URL}/crl`);
    expect(await withStatus({ ocsps: [good()] })).toEqual([]);
    expect(await withStatus({ ocsps: [good(sub, rest)] })).toEqual([]);
    expect(await withStatus({ crls: [crl(sub)] })).toEqual([]);
    expect(await withStatus({ crls: [crl(sub, { extensions: [point] })] })).toEqual([]);
    const users = issuingDistributionPoint(1);
    expect(await withStatus({ crls: [crl(sub, { extensions: [users] })] })).toEqual([]);
    expect(await withStatus({ ocsps: [good(responder, { hash: "SHA-256" })] })).toEqual([]);
  });

  test("an answer of a responder with an extension that holds nothing", async () => {
    const empty = new pkijs.Extension({
      extnID: "1.3.6.1.5.5.7.48.1.5",
      extnValue: new ArrayBuffer(0),
    });
    const by = await identity("terse responder", sub, ANSWERS, { extensions: [empty] });
    expect(await withStatus({ ocsps: [good(by)] })).toEqual([]);
  });

  test("a part of the list that is told by a name instead of an address", async () => {
    const part = new pkijs.RelativeDistinguishedNames({
      typesAndValues: [
        ...sub.certificate.subject.typesAndValues,
        new pkijs.AttributeTypeAndValue({
          type: "2.5.4.3",
          value: new asn1js.PrintableString({ value: "CRL7" }),
        }),
      ],
    });
    const point = new pkijs.DistributionPoint({
      distributionPoint: [new pkijs.GeneralName({ type: 4, value: part })],
    });
    const points = new pkijs.CRLDistributionPoints({ distributionPoints: [point] }).toSchema();
    const extensions = [extension("2.5.29.31", false, points)];
    const by = await identity("seal", sub, {}, { extensions });
    const list = (of: pkijs.RelativeDistinguishedNames) =>
      crl(sub, { extensions: [issuingDistributionPoint(of)] });
    expect(await withStatus({ crls: [list(part)] }, by)).toEqual([]);
    expect(await withStatus({ crls: [list(sub.certificate.subject)] }, by)).toEqual(["status"]);
  });

  test("authorities that write their name in other types of strings", async () => {
    const issuerName = inPrintable(sub.certificate.subject);
    const by = await identity("seal", sub, {}, { issuerName });
    expect(await withStatus({ ocsps: [ocsp(by, sub, responder)] }, by)).toEqual([]);
    expect(await withStatus({ crls: [crl(sub)] }, by)).toEqual([]);
    const revoked = crl(sub, { revoked: [by] });
    expect(await withStatus({ crls: [revoked] }, by)).toEqual(["status"]);
  });

  const deltaIndicator = extension("2.5.29.27", true, new asn1js.Integer({ value: 1 }));

  test.each<[string, () => Parameters<typeof withStatus>[0]]>([
    ["revoked", () => ({ ocsps: [good(responder, { revoked: true })] })],
    ["revoked by the list", () => ({ crls: [crl(sub, { revoked: [seal] })] })],
    [
      "good, and revoked by the list",
      () => ({ ocsps: [good()], crls: [crl(sub, { revoked: [seal] })] }),
    ],
    [
      "good long ago, and revoked now",
      () => ({
        ocsps: [good(responder, { thisUpdate: at(-60) }), good(responder, { revoked: true })],
      }),
    ],
    ["a list of changes", () => ({ crls: [crl(sub, { extensions: [deltaIndicator] })] })],
    [
      "a list of authorities only",
      () => ({ crls: [crl(sub, { extensions: [issuingDistributionPoint(2)] })] }),
    ],
    [
      "a list for some reasons only",
      () => ({ crls: [crl(sub, { extensions: [issuingDistributionPoint(3)] })] }),
    ],
    [
      "a list of attribute certificates only",
      () => ({ crls: [crl(sub, { extensions: [issuingDistributionPoint(5)] })] }),
    ],
    [
      "a list of another address",
      () => ({
        crls: [crl(sub, { extensions: [issuingDistributionPoint("http://other.example/crl")] })],
      }),
    ],
    [
      "a list with a critical extension that nobody knows",
      () => ({ crls: [crl(sub, { extensions: [unknownCritical] })] }),
    ],
    [
      "an answer with a critical extension that nobody knows",
      () => ({ ocsps: [good(responder, { extensions: [unknownCritical] })] }),
    ],
    [
      "an answer from a time far ahead",
      () => ({ ocsps: [good(responder, { thisUpdate: at(90), nextUpdate: at(91) })] }),
    ],
    [
      "an answer from before there was a certificate",
      () => ({ ocsps: [good(responder, { thisUpdate: at(-101) })] }),
    ],
    [
      "an answer that is past",
      () => ({ ocsps: [good(responder, { thisUpdate: at(-2), nextUpdate: at(-1) })] }),
    ],
    [
      "an answer of a responder whom the list revokes",
      () => ({
        ocsps: [good()],
        crls: [crl(sub, { revoked: [responder], thisUpdate: at(-30), nextUpdate: at(-1) })],
      }),
    ],
    ["an answer of the seal itself", () => ({ ocsps: [good(seal)] })],
  ])("%s proves nothing", async (_, data) => {
    expect(await withStatus(data())).toEqual(["status"]);
  });

  test("nor does a responder out of force, or one that another authority named", async () => {
    const dates = { notBefore: at(-99), notAfter: at(-60) };
    const old = await identity("old responder", sub, { ...ANSWERS, ...dates });
    expect(await withStatus({ ocsps: [good(old)] })).toEqual(["status"]);
    const foreign = await identity("root's responder", root, ANSWERS);
    expect(await withStatus({ ocsps: [good(foreign)] })).toEqual(["status"]);
  });

  test("nor does a list that is younger than the certificate lived: it forgets those that expired", async () => {
    const short = await identity("short-lived", sub, { notAfter: at(0.1) });
    const late = crl(sub, { thisUpdate: at(0.5) });
    expect(await withStatus({ crls: [late] }, short)).toEqual(["status"]);
  });

  test("nor does a list of an authority that may not sign any", async () => {
    const mute = await identity("no lists", root, { keyUsage: [5], certificateAuthority: true });
    const by = await identity("seal of it", mute);
    const crls = [...others.crls, await crl(mute)];
    const parts = { seal: by, above: [mute, sub], tsa, ocsps: others.ocsps, crls };
    expect(failing(await sealedBy(certificateFacts(), parts))).toEqual(["status"]);
  });
});

describe("what a key may be used for", () => {
  async function sealWith(by: Identity, above = [sub]): Promise<string[]> {
    const ocsps = [...others.ocsps];
    const path = [by, ...above];
    for (const [index, one] of path.entries()) {
      const issuer = path[index + 1] ?? root;
      if (one !== sub) ocsps.push(await ocsp(one, issuer, issuer));
    }
    const parts = { seal: by, above: above.includes(sub) ? above : [...above, sub], tsa, ocsps };
    return failing(await sealedBy(certificateFacts(), { ...parts, crls: others.crls }));
  }

  test("a seal of the usual kinds", async () => {
    const purposes = ["1.3.6.1.5.5.7.3.36"];
    const one = await identity("s", sub, { extendedKeyUsage: { purposes, critical: true } });
    expect(await sealWith(one)).toEqual([]);
    expect(await sealWith(await identity("s", sub, { keyUsage: [1] }))).toEqual([]);
  });

  test("a key of something else is no seal", async () => {
    const server = { purposes: ["1.3.6.1.5.5.7.3.1"], critical: true };
    const refused = ["sealTrusted", "status"];
    const of = async (
      ...more: Parameters<typeof identity> extends [string, unknown, ...infer R] ? R : never
    ) => sealWith(await identity("s", sub, ...more));
    expect(await of({ keyUsage: [2, 4] })).toEqual(refused);
    expect(await of({ keyUsage: [6] })).toEqual(refused);
    expect(await of({ extendedKeyUsage: server })).toEqual(refused);
    expect(await of({}, { extensions: [unknownCritical] })).toEqual(refused);
    expect(await sealWith(responder)).toEqual(refused);
    expect(await sealWith(tsa)).toEqual(refused);
  });

  test("a seal of another organisation, or of a person, does not speak for the issuer", async () => {
    const { nif } = certificateFacts().issuer;
    const of = async (subject: Record<string, string>) =>
      sealWith(await identity("s", sub, {}, { subject: { "2.5.4.3": "Segell", ...subject } }));
    expect(await of({ "2.5.4.97": `VATES-${nif}` })).toEqual([]);
    expect(await of({ "2.5.4.5": nif })).toEqual([]);
    expect(await of({ "2.5.4.97": "VATES-B99999999" })).toEqual(["issuer"]);
    expect(await of({ "2.5.4.10": nif, "2.5.4.5": "IDCES-00000000T" })).toEqual(["issuer"]);
    expect(await of({ "2.5.4.10": "Certificacions Electròniques de Catalunya, SA" })).toEqual([
      "issuer",
    ]);
  });

  test("an authority issues as far down as it may, and with what is understood", async () => {
    const basic = new pkijs.BasicConstraints({ cA: true, pathLenConstraint: 0 }).toSchema();
    const last = await authority("last", root, [extension("2.5.29.19", true, basic)]);
    expect(await sealWith(await identity("s", last), [last])).toEqual([]);
    const below = await authority("below", last);
    const refused = ["sealTrusted", "status"];
    expect(await sealWith(await identity("s", below), [below, last])).toEqual(refused);
    const named = await authority("named", root, [
      extension("2.5.29.30", true, new asn1js.Sequence({ value: [] })),
    ]);
    expect(await sealWith(await identity("s", named), [named])).toEqual(refused);
    const mute = await identity("mute", root, { keyUsage: [0], certificateAuthority: true });
    expect(await sealWith(await identity("s", mute), [mute])).toEqual(refused);
  });

  test.each([
    ["not critical", { extendedKeyUsage: { purposes: [TIME_STAMPING], critical: false } }],
    [
      "not alone",
      { extendedKeyUsage: { purposes: [TIME_STAMPING, "1.3.6.1.5.5.7.3.4"], critical: true } },
    ],
    ["not with a key that signs", { ...STAMPS, keyUsage: [2] }],
  ])("time-stamping as a purpose, but %s, makes no certificate", async (_, request) => {
    const one = await identity("tsa", sub, request);
    const parts = { seal, above: [sub], tsa: one, ...others };
    await expect(sealedBy(certificateFacts(), parts)).rejects.toThrow(/timeStamp/);
  });
});
