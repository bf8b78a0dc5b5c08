import { createHash, createPrivateKey, sign, X509Certificate } from "node:crypto";
import {
  certificatePem,
  makeIdentity,
  privateKeyPem,
} from "../../src/certificate/test-pki/certificates.ts";
import { DS, EXC_C14N, WSSE, WSU, X509_TOKEN } from "../../src/soap/security/names.ts";
import { systemRandom } from "../../src/system.ts";

const SOAP = "http://schemas.xmlsoap.org/soap/envelope/";
const METHODS = {
  sha256: {
    digest: "http://www.w3.org/2001/04/xmlenc#sha256",
    signature: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
  },
  sha1: { digest: `${DS}sha1`, signature: `${DS}rsa-sha1` },
} as const;

/** How a message is signed where it is not as it should be. */
export interface Manner {
  /** What the Timestamp is, for the signature. */
  readonly stamp?: "signed" | "unsigned" | "none";
  readonly hash?: keyof typeof METHODS;
  /** Ids of elements beside the Timestamp that are signed too, each as often as it stands here. */
  readonly more?: readonly string[];
  /** How many prefixes the canonicalisation is asked to treat inclusively; none of them is bound. */
  readonly prefixes?: number;
}

/** Signs messages as back offices do: with SHA-256 over the Body and a Timestamp. */
export interface Signer {
  (payload: string, created: Date, manner?: Manner): string;
  readonly certificate: X509Certificate;
}

export async function createSigner(
  now: Date,
  keyKind: "RSA-3072" | "P-256" = "RSA-3072",
): Promise<Signer> {
  const identity = await makeIdentity(
    {
      commonName: "back office",
      keyKind,
      notBefore: new Date(now.getTime() - 60_000),
      notAfter: new Date(now.getTime() + 86_400_000),
      keyUsage: [0],
    },
    undefined,
    systemRandom,
  );
  const key = createPrivateKey(await privateKeyPem(identity));
  const certificate = new X509Certificate(certificatePem(identity));
  const token = certificate.raw.toString("base64");

  const signer = (
    payload: string,
    created: Date,
    { stamp = "signed", hash = "sha256", more = [], prefixes = 0 }: Manner = {},
  ): string => {
    const method = METHODS[hash];
    const algorithm =
      keyKind === "P-256" ? method.signature.replace("rsa", "ecdsa") : method.signature;
    // Written as exclusive canonicalisation leaves it: its namespaces on it, in order.
    const body = `<soap:Body xmlns:soap="${SOAP}" xmlns:wsu="${WSU}" wsu:Id="body">${payload}</soap:Body>`;
    const timestamp = `<wsu:Timestamp xmlns:wsu="${WSU}" wsu:Id="time"><wsu:Created>${created.toISOString()}</wsu:Created></wsu:Timestamp>`;
    const element = (id: string): string =>
      `<wsu:More xmlns:wsu="${WSU}" wsu:Id="${id}"></wsu:More>`;
    const reference = (id: string, signed: string): string =>
      `<ds:Reference URI="#${id}"><ds:Transforms><ds:Transform Algorithm="${EXC_C14N}"></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="${method.digest}"></ds:DigestMethod><ds:DigestValue>${createHash(hash).update(signed).digest("base64")}</ds:DigestValue></ds:Reference>`;
    const list = Array.from({ length: prefixes }, (_, n) => `p${n}`).join(" ");
    const inclusive = `<ec:InclusiveNamespaces xmlns:ec="${EXC_C14N}" PrefixList="${list}"></ec:InclusiveNamespaces>`;
    const info = `<ds:SignedInfo xmlns:ds="${DS}"><ds:CanonicalizationMethod Algorithm="${EXC_C14N}">${prefixes > 0 ? inclusive : ""}</ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="${algorithm}"></ds:SignatureMethod>${reference("body", body)}${stamp === "signed" ? reference("time", timestamp) : ""}${more.map((id) => reference(id, element(id))).join("")}</ds:SignedInfo>`;
    const value = sign(hash, Buffer.from(info), { key, dsaEncoding: "ieee-p1363" }).toString(
      "base64",
    );
    const signature = `<ds:Signature xmlns:ds="${DS}">${info}<ds:SignatureValue>${value}</ds:SignatureValue><ds:KeyInfo><wsse:SecurityTokenReference><wsse:Reference URI="#token" ValueType="${X509_TOKEN}"/></wsse:SecurityTokenReference></ds:KeyInfo></ds:Signature>`;
    return `<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="${SOAP}"><soap:Header><wsse:Security xmlns:wsse="${WSSE}" xmlns:wsu="${WSU}"><wsse:BinarySecurityToken wsu:Id="token" ValueType="${X509_TOKEN}">${token}</wsse:BinarySecurityToken>${stamp === "none" ? "" : timestamp}${[...new Set(more)].map(element).join("")}${signature}</wsse:Security></soap:Header>${body}</soap:Envelope>`;
  };
  return Object.assign(signer, { certificate });
}
