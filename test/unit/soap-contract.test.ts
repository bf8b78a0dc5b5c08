import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Encoding } from "../../src/domain/content.ts";
import type { MessageState } from "../../src/domain/delivery-receipt.ts";
import type { ErrorCode } from "../../src/domain/errors.ts";
import type { EvidenceEvent } from "../../src/domain/evidence.ts";
import type { Stage } from "../../src/domain/message.ts";
import type {
  CertificateKind,
  LateVerdict,
  NotDeliveredReason,
  Outcome,
} from "../../src/domain/outcome.ts";
import type { Language } from "../../src/domain/words.ts";
import type { MessageStatus } from "../../src/lifecycle/calls/tell-status.ts";
import { FAULTS } from "../../src/soap/faults.ts";

const read = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");
const xsd = read("wsdl/sms-certificat.xsd");

/** The values that a type of the schema allows. */
function enumeration(name: string): string[] {
  const [, body] =
    new RegExp(`<xs:simpleType name="${name}">(.*?)</xs:simpleType>`, "s").exec(xsd) ?? [];
  return [...(body ?? "").matchAll(/<xs:enumeration value="(\w+)"/g)].map(([, v]) => v ?? "");
}

/** A member that is added to a union makes its list here not compile. */
const all = <T extends string>(values: Readonly<Record<T, true>>): string[] => Object.keys(values);

test.each([
  ["ErrorCode", Object.keys(FAULTS)],
  ["Language", all<Language>({ ca: true, es: true, oc: true, en: true })],
  ["Encoding", all<Encoding>({ GSM7: true, UCS2: true })],
  [
    "Stage",
    all<Stage["name"]>({
      accepted: true,
      relaying: true,
      relayed: true,
      indeterminate: true,
      refused: true,
      undeliverable: true,
      delivered: true,
      notDelivered: true,
      cancelled: true,
    }),
  ],
  ["Outcome", all<Outcome["kind"]>({ delivered: true, notDelivered: true })],
  [
    "NotDeliveredReason",
    all<NotDeliveredReason>({
      expired: true,
      deleted: true,
      undeliverable: true,
      rejected: true,
      noReceipt: true,
      refused: true,
      acceptanceNotConfirmed: true,
      contradicted: true,
      notRelayed: true,
    }),
  ],
  [
    "EventName",
    all<EvidenceEvent>({
      SubmissionAcceptance: true,
      SubmissionCancelled: true,
      RelayAttempt: true,
      RelayDeferred: true,
      ResendOrdered: true,
      RelayToNonERDS: true,
      RelayToNonERDSFailure: true,
      DeliveryReceipt: true,
      ContentHandover: true,
      ContentHandoverFailure: true,
      LateDelivery: true,
      ConflictDecided: true,
      CertificateIssued: true,
      CertificateMailed: true,
    }),
  ],
  [
    "MessageState",
    all<MessageState>({
      ENROUTE: true,
      DELIVERED: true,
      EXPIRED: true,
      DELETED: true,
      UNDELIVERABLE: true,
      ACCEPTED: true,
      UNKNOWN: true,
      REJECTED: true,
      UNRECOGNISED: true,
    }),
  ],
  ["LateVerdict", all<LateVerdict>({ withinPeriod: true, outsidePeriod: true, noDoneDate: true })],
  ["CertificateKind", all<CertificateKind>({ positive: true, negative: true, corrective: true })],
  [
    "CertificateStateName",
    all<MessageStatus["certificate"]["state"]>({ none: true, pending: true, issued: true }),
  ],
])("%s allows in the schema what it is in the code", (name, values) => {
  expect(enumeration(name).sort()).toEqual([...values].sort());
});

test("every element of the contract is documented in English and Catalan", () => {
  const elements = xsd.match(
    /<xs:element name="\w+"[^>]*>\s*<xs:annotation>.*?<\/xs:annotation>/gs,
  );
  const declared = xsd.match(/<xs:element name=/g);
  expect(elements?.length).toBe(declared?.length);
  for (const element of elements ?? []) {
    expect(element).toMatch(/xml:lang="en">[^<]+</);
    expect(element).toMatch(/xml:lang="ca">[^<]+</);
  }
});

test("wsdl/README.md says what to do about each fault", () => {
  const [, readme] = read("wsdl/README.md").split("## Faults");
  const table = [...(readme ?? "").matchAll(/^\| `(\w+)` +\|/gm)].map(
    ([, code]) => code as ErrorCode,
  );
  expect(table.sort()).toEqual(Object.keys(FAULTS).sort());
});
