import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { addDuration, DAY, type Clock, type RandomSource } from "../../domain/clock.ts";
import { OID } from "../seal/oids.ts";
import {
  certificatePem,
  makeIdentity,
  privateKeyPem,
  type CertificateRequest,
  type Identity,
  type KeyKind,
} from "./certificates.ts";

const CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";
const EMAIL_PROTECTION = "1.3.6.1.5.5.7.3.4";
const OCSP_SIGNING = "1.3.6.1.5.5.7.3.9";
const SIGNING = [0, 1];
const CERTIFYING = [5, 6];
/** Nobody answers there: the tests that ask give an address of their own. */
const NOWHERE = "http://sms-certificat.invalid";
const TEN_YEARS = { months: 120, milliseconds: 0 };

/** A key and its certificates, in PEM. */
export interface KeyAndChain {
  readonly key: string;
  readonly chain: string;
}

/**
 * A public key infrastructure without any validity, for everywhere but production: a root, an issuing
 * authority, a seal, a time-stamp authority and a responder of certificate status.
 */
export interface TestPki {
  /** PEM file of the root: who trusts it believes our test certificates. */
  readonly rootFile: string;
  /** PEM of the root. */
  readonly root: string;
  readonly rootKeys: KeyAndChain;
  readonly issuingAuthority: KeyAndChain;
  readonly seal: KeyAndChain;
  readonly timeStampAuthority: KeyAndChain;
  readonly responder: KeyAndChain;
}

export interface TestPkiOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly random: RandomSource;
  /** Printed in the certificates: where their status is told. */
  readonly statusUrl?: string;
  readonly sealKeyKind?: KeyKind;
}

/**
 * Opens the infrastructure in a directory, and makes it when it is not there. The directory appears
 * complete or not at all; its keys are readable by their owner only.
 */
export async function openTestPki({
  directory,
  clock,
  random,
  statusUrl = NOWHERE,
  sealKeyKind = "P-256",
}: TestPkiOptions): Promise<TestPki> {
  if (!existsSync(join(directory, "root.crt.pem"))) {
    await make({ directory, clock, random, statusUrl, sealKeyKind });
  }
  const text = (name: string): Promise<string> => readFile(join(directory, name), "utf8");
  const root = await text("root.crt.pem");
  const issuing = await text("issuing-authority.crt.pem");
  const pair = async (name: string): Promise<KeyAndChain> => ({
    key: await text(`${name}.key.pem`),
    chain: `${await text(`${name}.crt.pem`)}${name === "issuing-authority" ? "" : issuing}`,
  });
  return {
    rootFile: join(directory, "root.crt.pem"),
    root,
    rootKeys: { key: await text("root.key.pem"), chain: root },
    issuingAuthority: await pair("issuing-authority"),
    seal: await pair("seal"),
    timeStampAuthority: await pair("time-stamp-authority"),
    responder: await pair("responder"),
  };
}

async function make({
  directory,
  clock,
  random,
  statusUrl,
  sealKeyKind,
}: Required<TestPkiOptions>): Promise<void> {
  const now = clock.now();
  const notBefore = new Date(now.getTime() - DAY);
  const notAfter = addDuration(now, TEN_YEARS);
  const identity = (
    commonName: string,
    issuer: Identity | undefined,
    rest: Omit<CertificateRequest, "commonName" | "notBefore" | "notAfter">,
  ): Promise<Identity> =>
    makeIdentity({ commonName, notBefore, notAfter, ...rest }, issuer, random);
  const authority = { keyUsage: CERTIFYING, certificateAuthority: true };
  const root = await identity("Arrel de prova", undefined, authority);
  const issuing = await identity("Autoritat emissora de prova", root, {
    ...authority,
    statusUrl: `${statusUrl}/base`,
  });
  const issuedHere = { statusUrl: `${statusUrl}/issuing` };
  const made: Record<string, Identity> = {
    root,
    "issuing-authority": issuing,
    seal: await identity("Segell de prova", issuing, {
      keyKind: sealKeyKind,
      keyUsage: SIGNING,
      extendedKeyUsage: { purposes: [CLIENT_AUTHENTICATION, EMAIL_PROTECTION], critical: false },
      ...issuedHere,
    }),
    "time-stamp-authority": await identity("Autoritat de segellat de temps de prova", issuing, {
      keyUsage: SIGNING,
      extendedKeyUsage: { purposes: [OID.timeStamping], critical: true },
      ...issuedHere,
    }),
    responder: await identity("Estat de certificats de prova", issuing, {
      keyUsage: [0],
      extendedKeyUsage: { purposes: [OCSP_SIGNING], critical: false },
      noCheck: true,
    }),
  };
  const building = `${directory}.${random.bytes(6).toString("hex")}`;
  await mkdir(dirname(directory), { recursive: true });
  await mkdir(building, { mode: 0o700 });
  for (const [name, one] of Object.entries(made)) {
    await writeFile(join(building, `${name}.crt.pem`), certificatePem(one), { mode: 0o644 });
    await writeFile(join(building, `${name}.key.pem`), await privateKeyPem(one), { mode: 0o600 });
  }
  try {
    await rename(building, directory);
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    // Another process was quicker: its infrastructure is the one.
    if (!existsSync(join(directory, "root.crt.pem"))) throw error;
  }
}
