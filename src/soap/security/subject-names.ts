import type { X509Certificate } from "node:crypto";
import type { SubjectName } from "../../store/parties/anchors.ts";

/**
 * By which names the holder of a certificate may be registered, the narrowest first: the whole subject;
 * the NIF of the person in `serialNumber`; the NIF of the organisation in `organizationIdentifier`
 * (ETSI EN 319 412-1, 5.1.3 and 5.1.4: `IDCES-00000000T`, `VATES-Q0000000J`). An attribute that occurs
 * twice names nobody.
 */
export function subjectNames(certificate: X509Certificate): SubjectName[] {
  // Node escapes line ends, commas and plus signs in values (RFC 2253).
  const subject = (certificate.subject as string | undefined) ?? "";
  const attributes = subject.split(/\n| \+ /);
  const valueOf = (...types: readonly string[]): string => {
    const found = attributes.filter((each) => types.some((type) => each.startsWith(`${type}=`)));
    return found.length === 1 ? (found[0] ?? "").replace(/^[^=]*=/, "") : "";
  };
  const serialNumber = valueOf("serialNumber", "2.5.4.5");
  const organisation = valueOf("organizationIdentifier", "2.5.4.97");
  const identifiers = [
    PERSON.exec(serialNumber),
    ORGANISATION.exec(serialNumber),
    ORGANISATION.exec(organisation),
  ];
  return [
    { kind: "subject", value: wholeSubject(certificate) },
    ...identifiers.flatMap((match): SubjectName[] =>
      match?.[1] === undefined ? [] : [{ kind: "nif", value: match[1] }],
    ),
  ];
}

const PERSON = /^(?:IDC|TIN|PNO)ES-([0-9A-Z]{9})$/;
const ORGANISATION = /^VATES-([0-9A-Z]{9})$/;

/** The subject in one line, as it is registered. */
export function wholeSubject(certificate: X509Certificate): string {
  return ((certificate.subject as string | undefined) ?? "").replaceAll("\n", ", ");
}
