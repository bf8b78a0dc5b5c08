import type { X509Certificate } from "node:crypto";
import { children, expectTag, readOid, readWholeDer, TAG } from "./der.ts";
import { certificateFields } from "./fields.ts";

const ORGANISATION = "2.5.4.10";
const SERIAL_NUMBER = "2.5.4.5";
const ORGANISATION_IDENTIFIER = "2.5.4.97";

/** What test certificates are of: no authority gives that name to anybody. */
export const TEST_ORGANISATION = "PROVA sense validesa";

/**
 * Whether a certificate is of the organisation with a NIF, as authorities write it: `VATES-` or `NTRES-`
 * before it (ETSI EN 319 412-1, 5.1.4), or alone, in the older profiles of Spanish public bodies. Test
 * certificates are of any.
 */
export function isOfOrganisation(certificate: X509Certificate, nif: string): boolean {
  return subjectAttributes(certificate).some(({ type, value }) => {
    if (type === ORGANISATION) return value === TEST_ORGANISATION;
    const isIdentifier = type === ORGANISATION_IDENTIFIER || type === SERIAL_NUMBER;
    return isIdentifier && (value === nif || value.endsWith(`ES-${nif}`));
  });
}

/** Types and values of a subject (RFC 5280, 4.1.2.6), in order. */
function subjectAttributes(certificate: X509Certificate): { type: string; value: string }[] {
  const { subject } = certificateFields(certificate.raw);
  return children(readWholeDer(subject))
    .flatMap((set) => children(expectTag(set, TAG.set)))
    .map((attribute) => {
      const [type, value] = children(expectTag(attribute, TAG.sequence));
      return { type: readOid(type), value: value?.content.toString("utf8") ?? "" };
    });
}
