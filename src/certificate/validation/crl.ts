import type { X509Certificate } from "node:crypto";
import {
  children,
  DerError,
  expectTag,
  insideTag,
  readTime,
  readWholeDer,
  TAG,
  type Der,
} from "../../x509/der.ts";
import {
  certificateExtensions,
  constraintsOf,
  CRL_DISTRIBUTION_POINTS,
  readExtensions,
  type Extension,
} from "../../x509/extensions.ts";
import { certificateFields } from "../../x509/fields.ts";
import { isSignedBy, refuseCritical, StatusError, type CertificateStatus } from "./status.ts";

const DELTA = "2.5.29.27";
const ISSUING_DISTRIBUTION_POINT = "2.5.29.28";
const SIGNS_LISTS = 0x02;

/**
 * Reads and verifies a CertificateList (RFC 5280, 5) and looks a certificate up in it.
 *
 * @throws StatusError or DerError when it is not signed by the issuer
 */
export function readCrl(
  der: Buffer,
  certificate: X509Certificate,
  issuer: X509Certificate,
): CertificateStatus {
  const [list, algorithm, signature] = children(expectTag(readWholeDer(der), TAG.sequence));
  if (!isSignedBy(list, algorithm, signature, issuer)) {
    throw new StatusError("the list is not signed by the issuer");
  }
  const keyUsage = constraintsOf(issuer).keyUsage ?? SIGNS_LISTS;
  if ((keyUsage & SIGNS_LISTS) === 0) throw new StatusError("the issuer may not sign lists");
  const { name, thisUpdate, nextUpdate, entries, extensions } = readList(list);
  const { serial, issuer: issuerName } = certificateFields(certificate.raw);
  // An authority may write its name in one type of strings here and in another there.
  const names = [issuerName, certificateFields(issuer.raw).subject];
  if (!names.some((one) => one.equals(name))) {
    throw new StatusError("the list is of another authority");
  }
  const {
    [DELTA]: delta,
    [ISSUING_DISTRIBUTION_POINT]: scope,
    ...others
  } = Object.fromEntries(extensions);
  if (delta) throw new StatusError("the list tells changes only");
  if (scope && !isInScope(scope.value, certificate)) {
    throw new StatusError("the list is about other certificates");
  }
  refuseCritical(new Map(Object.entries(others)));
  const isRevoked = entries.some((entry) => {
    const [number, , more] = children(entry);
    refuseCritical(readExtensions(more));
    return number?.bytes.equals(serial);
  });
  return {
    kind: "crl",
    der,
    signer: issuer,
    state: isRevoked ? "revoked" : "good",
    thisUpdate,
    nextUpdate,
  };
}

interface RevocationList {
  readonly name: Buffer;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  readonly entries: readonly Der[];
  readonly extensions: ReadonlyMap<string, Extension>;
}

/** TBSCertList (RFC 5280, 5.1.2), whose parts that may be left out are told by their tags. */
function readList(list: Der | undefined): RevocationList {
  const parts = children(expectTag(list, TAG.sequence));
  const next = (...tags: number[]): Der | undefined =>
    tags.includes(parts[0]?.tag ?? 0) ? parts.shift() : undefined;
  next(TAG.integer);
  expectTag(next(TAG.sequence), TAG.sequence);
  const { bytes: name } = expectTag(next(TAG.sequence), TAG.sequence);
  const thisUpdate = readTime(next(TAG.utcTime, TAG.generalizedTime));
  const nextUpdate = next(TAG.utcTime, TAG.generalizedTime);
  const revoked = next(TAG.sequence);
  const extensions = next(0xa0);
  if (parts.length > 0) throw new DerError("parts of a list out of order");
  return {
    name,
    thisUpdate,
    nextUpdate: nextUpdate && readTime(nextUpdate),
    entries: revoked ? children(revoked) : [],
    extensions: readExtensions(extensions && insideTag(extensions, 0xa0)),
  };
}

/**
 * Whether a list that is not about all certificates of its authority (RFC 5280, 5.2.5) is about one: of
 * a place that the certificate names, and of its kind. Lists for some reasons only, of other authorities
 * or of attributes are about none.
 */
function isInScope(scope: Der, certificate: X509Certificate): boolean {
  const extension = certificateExtensions(certificate).get(CRL_DISTRIBUTION_POINTS);
  const points = extension ? children(expectTag(extension.value, TAG.sequence)) : [];
  const places = points.flatMap(fullNames);
  return children(expectTag(scope, TAG.sequence)).every((part) => {
    const isSaid = part.content[0] !== 0;
    switch (part.tag) {
      case 0xa0:
        return fullNames(scope).some((name) => places.some((place) => place.equals(name)));
      case 0x81:
        return !(isSaid && certificate.ca);
      case 0x82:
        return !(isSaid && !certificate.ca);
      default:
        return !isSaid;
    }
  });
}

/** The GeneralNames of the DistributionPointName, [0] of a point or a scope (RFC 5280, 4.2.1.13). */
function fullNames(point: Der): Buffer[] {
  const inside = (element: Der): Der[] => children(element).filter(({ tag }) => tag === 0xa0);
  return inside(point)
    .flatMap(inside)
    .flatMap(children)
    .map(({ bytes }) => bytes);
}
