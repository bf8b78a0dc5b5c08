import type { X509Certificate } from "node:crypto";
import {
  children,
  DerError,
  expectTag,
  insideTag,
  readDer,
  readOid,
  TAG,
  type Der,
} from "./der.ts";

/** One extension (RFC 5280, 4.2), with its value in DER. */
export interface Extension {
  readonly critical: boolean;
  readonly value: Der;
}

const BASIC_CONSTRAINTS = "2.5.29.19";
const KEY_USAGE = "2.5.29.15";
const SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
const POLICIES = "2.5.29.32";
const EXTENDED_KEY_USAGE = "2.5.29.37";
export const CRL_DISTRIBUTION_POINTS = "2.5.29.31";

/** A certificate with another critical extension, name constraints among them, is not relied upon. */
const EVALUATED = new Set([
  BASIC_CONSTRAINTS,
  KEY_USAGE,
  SUBJECT_ALTERNATIVE_NAME,
  POLICIES,
  EXTENDED_KEY_USAGE,
]);

/**
 * The extensions of a certificate by their names.
 *
 * @throws DerError also when one is there twice
 */
export function certificateExtensions(certificate: X509Certificate): Map<string, Extension> {
  const [tbs] = children(readDer(certificate.raw));
  const wrapper = children(expectTag(tbs, TAG.sequence)).find(({ tag }) => tag === 0xa3);
  return readExtensions(wrapper ? children(wrapper)[0] : undefined);
}

/**
 * Extensions (RFC 5280, 4.1) of a certificate, a list or an answer; none when the element is missing.
 *
 * @throws DerError also when one is there twice
 */
export function readExtensions(element: Der | undefined): Map<string, Extension> {
  const list = element ? children(expectTag(element, TAG.sequence)) : [];
  const found = new Map<string, Extension>();
  for (const extension of list) {
    const [name, ...rest] = children(expectTag(extension, TAG.sequence));
    const { content } = expectTag(rest.pop(), TAG.octetString);
    const [critical, ...more] = rest;
    if (more.length > 0) throw new DerError("an extension has three parts");
    const id = readOid(name);
    if (found.has(id)) throw new DerError("an extension that is there twice");
    found.set(id, {
      critical: critical !== undefined && expectTag(critical, TAG.boolean).content[0] !== 0,
      // Read when it is asked for: those that nobody asks for may hold anything.
      get value() {
        return readDer(content);
      },
    });
  }
  return found;
}

/** What a certificate may be used for, as far as it says. */
export interface Constraints {
  /** The algorithm of its signature; of RSASSA-PSS (RFC 4055, 3.1) the hash. */
  readonly signature: string;
  /** The first byte of the key usage (RFC 5280, 4.2.1.3); undefined: anything. */
  readonly keyUsage: number | undefined;
  /** The extended key usage (4.2.1.12); undefined: anything. */
  readonly purposes: { readonly list: readonly string[]; readonly critical: boolean } | undefined;
  /** How many authorities may stand below it (4.2.1.9). */
  readonly longestPath: number | undefined;
  /** Every critical extension is one that is evaluated here. */
  readonly isUnderstood: boolean;
}

const known = new WeakMap<X509Certificate, Constraints>();

/** Those of a certificate that is not of the shape of the standard cannot be understood. */
export function constraintsOf(certificate: X509Certificate): Constraints {
  const before = known.get(certificate);
  if (before) return before;
  const constraints = attempt(certificate);
  known.set(certificate, constraints);
  return constraints;
}

function attempt(certificate: X509Certificate): Constraints {
  try {
    return readConstraints(certificate);
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return {
      signature: "",
      keyUsage: undefined,
      purposes: undefined,
      longestPath: undefined,
      isUnderstood: false,
    };
  }
}

function readConstraints(certificate: X509Certificate): Constraints {
  const extensions = certificateExtensions(certificate);
  const [, algorithm] = children(readDer(certificate.raw));
  const usage = extensions.get(KEY_USAGE);
  const purposes = extensions.get(EXTENDED_KEY_USAGE);
  const basic = extensions.get(BASIC_CONSTRAINTS);
  const longest = basic && children(basic.value).find(({ tag }) => tag === TAG.integer);
  return {
    signature: signatureOf(algorithm),
    keyUsage: usage && expectTag(usage.value, TAG.bitString).content[1],
    purposes: purposes && {
      list: children(expectTag(purposes.value, TAG.sequence)).map(readOid),
      critical: purposes.critical,
    },
    longestPath: longest && longest.content.readUIntBE(0, Math.min(longest.content.length, 6)),
    isUnderstood: [...extensions].every(([id, { critical }]) => !critical || EVALUATED.has(id)),
  };
}

const RSASSA_PSS = "1.2.840.113549.1.1.10";
/** Its hash when it names none. */
const SHA1 = "1.3.14.3.2.26";

function signatureOf(algorithm: Der | undefined): string {
  const [name, parameters] = children(expectTag(algorithm, TAG.sequence));
  const id = readOid(name);
  if (id !== RSASSA_PSS) return id;
  const [hash] = children(expectTag(parameters, TAG.sequence));
  return hash?.tag === 0xa0 ? readOid(children(insideTag(hash, 0xa0))[0]) : SHA1;
}

/** Every uniformResourceIdentifier, [6] of GeneralName (4.2.1.6), at any depth. */
export function uris(element: Der): string[] {
  if (element.tag === 0x86) return [element.content.toString("latin1")];
  return (element.tag & 0x20) === 0 ? [] : children(element).flatMap(uris);
}
