import { createHash, verify, X509Certificate } from "node:crypto";
import { ServiceError } from "../../domain/errors.ts";
import { equalBytes } from "../../domain/secret.ts";
import { isStrong } from "../../x509/trusted-path.ts";
import { canonicalise } from "../xml/canonicalise.ts";
import type { XmlTree } from "../xml/document.ts";
import {
  attributeOf,
  childElements,
  childrenNamed,
  isNamed,
  textOf,
  type XmlNode,
} from "../xml/node.ts";
import { DS, EXC_C14N, WSSE, WSU, X509_TOKEN } from "./names.ts";

/** A signature that holds: what it covers, and with whose key. */
export interface Signature {
  readonly certificate: X509Certificate;
  /** SHA-1 somewhere in it. */
  readonly isWeak: boolean;
  readonly coversTimestamp: boolean;
  /** SHA-256 of what is the same whenever the same signature comes again. */
  readonly mark: string;
  /** The SignatureValue, in base64. */
  readonly value: string;
}

const MORE = "http://www.w3.org/2001/04/xmldsig-more#";
const XMLENC = "http://www.w3.org/2001/04/xmlenc#";

type Digest = "sha1" | "sha256" | "sha512";
interface Method {
  readonly digest: Digest;
  readonly key: "rsa" | "ec";
}

/** RFC 9231; whatever is not here is refused. */
const SIGNATURE_METHODS = new Map<string, Method>([
  [`${MORE}rsa-sha256`, { digest: "sha256", key: "rsa" }],
  [`${MORE}rsa-sha512`, { digest: "sha512", key: "rsa" }],
  [`${MORE}ecdsa-sha256`, { digest: "sha256", key: "ec" }],
  [`${MORE}ecdsa-sha512`, { digest: "sha512", key: "ec" }],
  [`${DS}rsa-sha1`, { digest: "sha1", key: "rsa" }],
]);
const DIGEST_METHODS = new Map<string, Digest>([
  [`${XMLENC}sha256`, "sha256"],
  [`${XMLENC}sha512`, "sha512"],
  [`${DS}sha1`, "sha1"],
]);
/** The Body, and what a Security header holds; each costs a pass over the message. */
const MOST_REFERENCES = 8;

/** Above what toolkits write; libxml2 looks for each of them at each node, and in all that is around it. */
const MOST_PREFIXES = 16;

/** What a signature may cover; the Body must be among it. */
export interface Signable {
  readonly tree: XmlTree;
  readonly body: XmlNode;
  readonly security: XmlNode;
}

/** A signature as it stands in a message: whose it is said to be, while nothing is proved. */
export interface ClaimedSignature {
  readonly certificate: X509Certificate;
  /** @throws ServiceError NotAuthenticated when it does not hold */
  verify(): Signature;
}

/**
 * Reads the only signature of a Security header (WS-Security X.509 Token Profile 1.1): one token, one
 * signature, every reference to an element that stands where it belongs – this Body, or a child of this
 * header – found by an id that no other element has. So what was signed is what is read. Undefined when
 * nothing is signed.
 *
 * @throws ServiceError NotAuthenticated
 */
export function readSignature(signable: Signable): ClaimedSignature | undefined {
  const { security } = signable;
  const signatures = childrenNamed(security, DS, "Signature");
  if (signatures.length === 0) return undefined;
  const signature = only(signatures);
  const token = only(childrenNamed(security, WSSE, "BinarySecurityToken"));
  assertKeyIs(signature, token);
  const certificate = readToken(token);
  return { certificate, verify: () => verifySignature(signable, signature, certificate) };
}

/** What costs least comes first; XMLDSig core, 3.2, leaves the order open. */
function verifySignature(
  signable: Signable,
  signature: XmlNode,
  certificate: X509Certificate,
): Signature {
  const signedInfo = only(childrenNamed(signature, DS, "SignedInfo"));
  const references = childrenNamed(signedInfo, DS, "Reference");
  if (references.length > MOST_REFERENCES) throw broken();

  const method = SIGNATURE_METHODS.get(
    algorithm(only(childrenNamed(signedInfo, DS, "SignatureMethod"))),
  );
  const { publicKey } = certificate;
  if (method === undefined || method.key !== publicKey.asymmetricKeyType) throw broken();
  const pieces: Buffer[] = [];
  const how = only(childrenNamed(signedInfo, DS, "CanonicalizationMethod"));
  canonical(signable.tree, signedInfo, how, (piece) => pieces.push(Buffer.from(piece)));
  const value = base64(only(childrenNamed(signature, DS, "SignatureValue")));
  const key = { key: publicKey, dsaEncoding: "ieee-p1363" as const };
  if (!verify(method.digest, Buffer.concat(pieces), key, value)) throw broken();

  const { covered, isWeak } = verifyReferences(signable, signature, references);
  const timestamps = childrenNamed(signable.security, WSU, "Timestamp");
  return {
    certificate,
    isWeak: isWeak || method.digest === "sha1",
    coversTimestamp: timestamps.length === 1 && covered.has(timestamps[0] as XmlNode),
    mark: createHash("sha256").update(markOf(value, method)).digest("base64"),
    value: value.toString("base64"),
  };
}

/** The elements that a signature covers, the Body among them, each digested once. */
function verifyReferences(
  { tree, body, security }: Signable,
  signature: XmlNode,
  references: readonly XmlNode[],
): { readonly covered: ReadonlySet<XmlNode>; readonly isWeak: boolean } {
  const ids = collectIds(tree.root);
  const places = [body, ...childElements(security).filter((child) => child !== signature)];
  const covered = new Set<XmlNode>();
  let isWeak = false;
  for (const reference of references) {
    const id = /^#(.+)$/.exec(attributeOf(reference, "", "URI") ?? "")?.[1] ?? "";
    const target = ids.get(id);
    if (target === undefined || !places.includes(target) || covered.has(target)) throw broken();
    const transform = only(childElements(only(childrenNamed(reference, DS, "Transforms"))));
    const digest = DIGEST_METHODS.get(
      algorithm(only(childrenNamed(reference, DS, "DigestMethod"))),
    );
    if (digest === undefined) throw broken();
    const hash = createHash(digest);
    canonical(tree, target, transform, (piece) => hash.update(piece));
    const expected = base64(only(childrenNamed(reference, DS, "DigestValue")));
    if (!equalBytes(hash.digest(), expected)) throw broken();
    isWeak ||= digest === "sha1";
    covered.add(target);
  }
  if (!covered.has(body)) throw broken();
  return { covered, isWeak };
}

/** What has no canonical form, for example a namespace without a scheme, cannot have been signed. */
function canonical(
  tree: XmlTree,
  node: XmlNode,
  method: XmlNode,
  take: (piece: Uint8Array) => void,
): void {
  const prefixes = prefixesOf(method);
  try {
    canonicalise(tree, node, prefixes, take);
  } catch {
    throw broken();
  }
}

/** Whoever has seen an ECDSA signature (r, s) can write it in another way, which holds too: (r, -s). */
function markOf(value: Buffer, { key }: Method): Buffer {
  return key === "ec" ? value.subarray(0, value.length / 2) : value;
}

/** KeyInfo must point at the token of this header, and at nothing else. */
function assertKeyIs(signature: XmlNode, token: XmlNode): void {
  const keyInfo = only(childrenNamed(signature, DS, "KeyInfo"));
  const reference = only(
    childrenNamed(only(childrenNamed(keyInfo, WSSE, "SecurityTokenReference")), WSSE, "Reference"),
  );
  const id = attributeOf(token, WSU, "Id") ?? "";
  if (id === "" || attributeOf(reference, "", "URI") !== `#${id}`) throw broken();
}

function readToken(token: XmlNode): X509Certificate {
  if (attributeOf(token, "", "ValueType") !== X509_TOKEN) throw broken();
  const text = textOf(token);
  if (text.length > LONGEST_TOKEN) throw broken();
  let certificate = certificates.get(text);
  if (certificate === undefined) {
    certificate = parseCertificate(Buffer.from(text, "base64"));
    if (certificates.size >= REMEMBERED_AT_MOST) certificates.clear();
    certificates.set(text, certificate);
  }
  return certificate;
}

/** Characters of a token; certificates of people and seals have two or three thousand. */
const LONGEST_TOKEN = 32 * 1024;

/** Back offices sign with the same certificate again and again. */
const certificates = new Map<string, X509Certificate>();
const REMEMBERED_AT_MOST = 200;

function parseCertificate(bytes: Buffer): X509Certificate {
  try {
    const certificate = new X509Certificate(bytes);
    if (isStrong(certificate.publicKey)) return certificate;
  } catch {
    // What cannot be read, or has a key of a kind that nobody knows, is refused like a weak one.
  }
  throw broken();
}

/** Every id of the document, in whichever spelling; one that occurs twice makes the message void. */
function collectIds(root: XmlNode): Map<string, XmlNode> {
  const ids = new Map<string, XmlNode>();
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const element = node;
    const found = new Set(
      ID_ATTRIBUTES.flatMap(([namespace, name]) => attributeOf(element, namespace, name) ?? []),
    );
    for (const id of found) {
      if (ids.has(id)) throw broken();
      ids.set(id, node);
    }
    waiting.push(...childElements(node));
  }
  return ids;
}

const ID_ATTRIBUTES = [
  [WSU, "Id"],
  ["", "Id"],
  ["", "ID"],
  ["", "id"],
] as const;

function algorithm(node: XmlNode): string {
  return attributeOf(node, "", "Algorithm") ?? "";
}

/** The prefixes that an exclusive canonicalisation treats inclusively; no other method is accepted. */
function prefixesOf(node: XmlNode): string[] {
  if (algorithm(node) !== EXC_C14N) throw broken();
  const [inclusive, ...others] = childElements(node);
  if (others.length > 0) throw broken();
  if (inclusive === undefined) return [];
  if (!isNamed(inclusive, EXC_C14N, "InclusiveNamespaces")) throw broken();
  const list = (attributeOf(inclusive, "", "PrefixList") ?? "").split(/\s+/);
  const prefixes = list.filter((each) => each !== "");
  if (prefixes.length > MOST_PREFIXES) throw broken();
  return prefixes;
}

function base64(node: XmlNode): Buffer {
  return Buffer.from(textOf(node), "base64");
}

function only(nodes: readonly XmlNode[]): XmlNode {
  const [node] = nodes;
  if (node === undefined || nodes.length > 1) throw broken();
  return node;
}

function broken(): ServiceError {
  return new ServiceError("NotAuthenticated", {
    hint: {
      ca: "La signatura X.509 no és vàlida, no cobreix el Body, o fa servir un algorisme no admès.",
      es: "La firma X.509 no es válida, no cubre el Body, o usa un algoritmo no admitido.",
      en: "The X.509 signature is not valid, does not cover the Body, or uses an algorithm that is not accepted.",
    },
  });
}
