import {
  createHash,
  sign,
  type KeyObject,
  type SignKeyObjectInput,
  type X509Certificate,
} from "node:crypto";
import { promisify } from "node:util";
import { MINUTE } from "../../domain/clock.ts";
import { canonicalise } from "../xml/canonicalise.ts";
import { withXml } from "../xml/document.ts";
import { attributeOf, childElements, type XmlNode } from "../xml/node.ts";
import { BASE64_BINARY, DS, EXC_C14N, WSSE, WSSE11, WSU, X509_TOKEN } from "./names.ts";

/** With what answers are signed. */
export interface SigningKey {
  /** RSA or EC. */
  readonly key: KeyObject;
  readonly certificate: X509Certificate;
}

/** What an answer says beside its Body. */
export interface ResponseMarks {
  readonly now: Date;
  /** The SignatureValue of the request, in base64, when it was signed. */
  readonly confirms: string | undefined;
}

const VALID_FOR = 5 * MINUTE;
const BODY = "<s:Body>";
const signElsewhere: (digest: string, data: Buffer, key: SignKeyObjectInput) => Promise<Buffer> =
  promisify(sign);

/**
 * Signs an envelope that we wrote, as WS-Security X.509 Token Profile 1.1 has it: BinarySecurityToken,
 * exclusive canonicalisation, SHA-256, over the Body, a Timestamp of five minutes and, when the request
 * was signed, its SignatureConfirmation (WS-Security 1.1, 8.5). Answers UTF-8.
 */
export async function signResponse(
  envelope: string | Buffer,
  { key, certificate }: SigningKey,
  { now, confirms }: ResponseMarks,
): Promise<Buffer> {
  const bytes = Buffer.from(envelope);
  const at = bytes.indexOf(BODY);
  const before = bytes.subarray(0, at);
  const after = bytes.subarray(at + BODY.length);
  const expires = new Date(now.getTime() + VALID_FOR);
  const security =
    `<s:Header><wsse:Security xmlns:wsse="${WSSE}" xmlns:wsu="${WSU}">` +
    `<wsu:Timestamp wsu:Id="timestamp"><wsu:Created>${now.toISOString()}</wsu:Created><wsu:Expires>${expires.toISOString()}</wsu:Expires></wsu:Timestamp>` +
    `<wsse:BinarySecurityToken wsu:Id="${TOKEN}" EncodingType="${BASE64_BINARY}" ValueType="${X509_TOKEN}">${certificate.raw.toString("base64")}</wsse:BinarySecurityToken>` +
    (confirms === undefined
      ? ""
      : `<wsse11:SignatureConfirmation xmlns:wsse11="${WSSE11}" wsu:Id="confirmation" Value="${confirms}"/>`);
  const body = `</wsse:Security></s:Header><s:Body xmlns:wsu="${WSU}" wsu:Id="body">`;

  const unsigned = Buffer.concat([before, Buffer.from(security + body), after]);
  const method = key.asymmetricKeyType === "ec" ? "ecdsa-sha256" : "rsa-sha256";
  const signedInfo =
    `<ds:CanonicalizationMethod Algorithm="${EXC_C14N}"></ds:CanonicalizationMethod>` +
    `<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#${method}"></ds:SignatureMethod>` +
    digests(unsigned).map(reference).join("");
  // Written as its canonical form already, where the apex declares the prefix.
  const toSign = Buffer.from(`<ds:SignedInfo xmlns:ds="${DS}">${signedInfo}</ds:SignedInfo>`);
  const value = await signElsewhere("sha256", toSign, { key, dsaEncoding: "ieee-p1363" });
  const signature =
    `<ds:Signature xmlns:ds="${DS}"><ds:SignedInfo>${signedInfo}</ds:SignedInfo>` +
    `<ds:SignatureValue>${value.toString("base64")}</ds:SignatureValue>` +
    `<ds:KeyInfo><wsse:SecurityTokenReference><wsse:Reference URI="#${TOKEN}" ValueType="${X509_TOKEN}"/></wsse:SecurityTokenReference></ds:KeyInfo></ds:Signature>`;
  return Buffer.concat([before, Buffer.from(security + signature + body), after]);
}

const TOKEN = "token";

interface Digested {
  readonly id: string;
  readonly digest: string;
}

/** The SHA-256 of whatever has an id, but the token, in order. */
function digests(envelope: Buffer): Digested[] {
  const limits = { depth: 256, elements: Infinity, attributes: Infinity };
  return withXml(envelope, { limits }, (tree) => {
    const [header, body] = childElements(tree.root) as [XmlNode, XmlNode];
    const [security] = childElements(header) as [XmlNode];
    return [...childElements(security), body].flatMap((node) => {
      const id = attributeOf(node, WSU, "Id");
      if (id === undefined || id === TOKEN) return [];
      const hash = createHash("sha256");
      canonicalise(tree, node, [], (piece) => hash.update(piece));
      return [{ id, digest: hash.digest("base64") }];
    });
  });
}

function reference({ id, digest }: Digested): string {
  return (
    `<ds:Reference URI="#${id}"><ds:Transforms><ds:Transform Algorithm="${EXC_C14N}"></ds:Transform></ds:Transforms>` +
    `<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod>` +
    `<ds:DigestValue>${digest}</ds:DigestValue></ds:Reference>`
  );
}
