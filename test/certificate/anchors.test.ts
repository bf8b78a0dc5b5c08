import { certificatePem, type Identity } from "../../src/certificate/test-pki/certificates.ts";
import { verifyPdf } from "../../src/certificate/verify.ts";
import {
  again,
  at,
  authority,
  crl,
  identity,
  OCSP_SIGNING,
  ocsp,
  raw,
  sealedBy,
  TIME_STAMPING,
} from "../support/authorities.ts";
import { certificateFacts } from "../support/certificate-facts.ts";

/** What an expert trusts, and what the file brings along. */

let root: Identity;
let sub: Identity;
let seal: Identity;
let tsa: Identity;
let responder: Identity;
/** Data that prove all but the seal. */
let others: { ocsps: Buffer[]; crls: Buffer[] };

beforeAll(async () => {
  const purpose = (one: string, critical: boolean) => ({
    extendedKeyUsage: { purposes: [one], critical },
  });
  root = await authority("root", undefined);
  sub = await authority("sub", root);
  seal = await identity("seal", sub);
  tsa = await identity("tsa", sub, purpose(TIME_STAMPING, true));
  responder = await identity("responder", sub, purpose(OCSP_SIGNING, false));
  others = { ocsps: [await ocsp(tsa, sub, responder)], crls: [await crl(root)] };
});

/** The findings that fail. */
function failing(pdf: Buffer, anchors = [root]): string[] {
  const trusted = anchors.map(certificatePem).join("");
  const { findings } = verifyPdf(pdf, { trusted });
  return findings.filter(({ ok }) => !ok).map(({ name }) => name);
}

async function sealed(parts: Partial<Parameters<typeof sealedBy>[1]> = {}): Promise<Buffer> {
  const ocsps = [...others.ocsps, await ocsp(seal, sub, responder)];
  const above = [sub, root];
  return sealedBy(certificateFacts(), { seal, above, tsa, ocsps, crls: others.crls, ...parts });
}

test("the issuing authority, as trusted lists name it, with or without its root", async () => {
  const pdf = await sealed();
  expect(failing(pdf, [sub])).toEqual([]);
  expect(failing(pdf, [sub, root])).toEqual([]);
  expect(failing(pdf, [root, sub])).toEqual([]);
});

test("a root above what is trusted is not changed unseen", async () => {
  const pdf = await sealed();
  const at = pdf.indexOf(raw(root)) + 20;
  pdf[at] = (pdf[at] ?? 0) ^ 1;
  expect(failing(pdf, [sub])).toEqual(["status"]);
  expect(failing(pdf, [root])).toEqual(["status"]);
});

test("authorities that only the validation data bring", async () => {
  expect(failing(await sealed({ shown: [] }))).toEqual([]);
});

test("an authority whose certificate was renewed with the same key", async () => {
  const old = await again(sub, root, { notAfter: at(-1) });
  const shown = Array.from({ length: 4 }, () => again(old, root, { notAfter: at(-1) }));
  expect(failing(await sealed({ shown: [...(await Promise.all(shown)), sub] }))).toEqual([]);
  expect(failing(await sealed(), [old, root])).toEqual([]);
});

test("a root that another has certified, shown by both its certificates", async () => {
  const young = await authority("young root", undefined);
  const crossed = await Promise.all(Array.from({ length: 3 }, () => again(young, root)));
  const [cross = young] = crossed;
  const by = await identity("seal of it", young);
  const selves = await Promise.all(Array.from({ length: 4 }, () => again(young, young)));
  const pdf = await sealed({
    seal: by,
    above: [cross, sub, root],
    shown: [...selves, cross],
    ocsps: [...others.ocsps, await ocsp(by, young, young)],
  });
  expect(failing(pdf)).toEqual([]);
});
