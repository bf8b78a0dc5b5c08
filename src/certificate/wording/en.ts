import { named, type Which } from "./segments.ts";
import type { Wording } from "./wording.ts";

const NUMBERS = ["", "", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

function count(segments: number): string {
  return NUMBERS[segments] ?? String(segments);
}

function whole(segments: number): string {
  if (segments === 1) return "the SMS";
  return segments === 2 ? "both segments of the SMS" : `all ${count(segments)} segments of the SMS`;
}

function the(which: Which): string {
  return named(which, {
    sms: "the SMS",
    one: "segment",
    several: "segments",
    all: whole,
    of: "of",
    and: "and",
  });
}

export const en: Wording = {
  title: {
    positive: "Certificate of delivery of an SMS",
    negative: "Certificate of non-delivery of an SMS",
    corrective: "Corrective certificate: SMS delivered",
  },
  subtitle:
    "Electronic registered delivery service · Regulation (EU) 910/2014 (eIDAS), Article 43(1)",
  test: "TEST – not valid",
  testLong: "Document issued in a test environment. It has no validity and no effect.",
  outcome: { positive: "DELIVERED", negative: "NOT DELIVERED", corrective: "DELIVERED" },
  outcomeLine: {
    delivered: ({ msisdn, at }) =>
      `to the device of the number ${msisdn}, as reported by the operator, on ${at}`,
    corrective: ({ msisdn, at, deliveredAt }) =>
      `to the device of the number ${msisdn}, on ${deliveredAt} as reported by the operator; the report arrived on ${at}`,
    notDelivered: ({ msisdn, from, to, delivered }) =>
      `to the number ${msisdn}, from ${from} to ${to}${delivered ? `; delivery is on record for ${the(delivered)} only` : ""}`,
  },
  certifies: ({ issuer, nif }) =>
    `${issuer}, tax number ${nif}, a trusted third party distinct from the sender and from the mobile operator, CERTIFIES:`,
  statement: {
    accepted: ({ at, entity, nif, username, msisdn, section }) =>
      `That on ${at} it accepted the order of the sender (${entity}, tax number ${nif}; user “${username}”) to send to the number ${msisdn} the SMS that section ${section} transcribes in full.`,
    relayed: ({ operator, segments, at }) =>
      `That it handed the SMS, in ${segments === 1 ? "a single segment" : `${count(segments)} segments`}, to the network of the operator (${operator}), which confirmed acceptance on ${at}.`,
    notRelayed: ({ operator, segments }) =>
      `That there is no record of the network of the operator (${operator}) accepting ${whole(segments)}.`,
    partlyRelayed: ({ operator, accepted, byNumber, unknown }) =>
      `That it handed the SMS to the network of the operator (${operator}): ${[
        accepted && `the operator confirmed acceptance of ${the(accepted.which)} on ${accepted.at}`,
        byNumber &&
          `the operator’s answer to the submission of ${the(byNumber)} was lost, so that its reports about ${the(byNumber)} were attributed by the recipient’s number and the time, not by an identifier`,
        unknown && `there is no record of the operator accepting ${the(unknown)}`,
      ]
        .filter((clause) => clause !== undefined)
        .join("; ")}.`,
    delivered: ({ operator, segments, at }) =>
      `That the operator (${operator}) reported the delivery of ${whole(segments)} to the recipient’s device; the report that completes the delivery reached this service on ${at}.`,
    notDelivered: ({ from, to, waited, partly, fates }) =>
      `That, after the end of the period, from ${from} to ${to}, and of the time allowed for reports on their way, until ${waited}, there is no record of the ${partly ? "complete " : ""}delivery of the SMS: ${fates}.`,
    corrective: ({ csv, at, deliveredAt, dates }) =>
      `That this certificate corrects the one of non-delivery${at === undefined ? "" : ` issued on ${at}`} with CSV ${csv}, which is kept: the operator’s report arrived after the period, with a delivery date within it, ${deliveredAt}. That it was within the period rests on that date, which is the one given by the operator (${dates}).`,
    decided: ({ as, at, by, conflict, reason }) =>
      `That the operator’s reports are not conclusive (${conflict}), and that on ${at} ${by} decided that delivery is ${as === "delivered" ? "proved" : "not proved"}, for this reason: “${reason}”`,
  },
  section: {
    document: "The certificate",
    sender: "Sender",
    recipient: "Recipient",
    content: "Content of the SMS",
    timeline: "Timeline",
    segments: "Segments",
    scope: "Scope of the certificate",
    evidence: "Evidence and integrity",
  },
  label: {
    messageId: "Message",
    csv: "CSV",
    issuedAt: "Issued",
    retainUntil: "Kept until",
    corrects: "Corrects CSV",
    entity: "Entity",
    nif: "Tax number (NIF)",
    user: "User",
    officer: "Officer",
    clientReference: "Reference",
    fileNumber: "File number",
    purpose: "Purpose",
    consent: "Consent",
    costCentre: "Cost centre",
    senderShown: "Sender shown",
    senderDefault: "as assigned by the operator",
    number: "Mobile number",
    name: "Name",
    legalId: "Identity document",
    operator: "Operator",
    textSha256: "SHA-256 of the text (UTF-8)",
    event: "Event",
    ourTime: "This service (Madrid)",
    ourTimeUtc: "This service (UTC)",
    operatorTime: "Operator, as given",
    operatorCode: "operator code",
    segment: "No.",
    smscMessageId: "Operator’s id",
    state: "State",
    code: "Code",
    payloadSha256: "SHA-256 of the bytes sent",
    chainHead: "SHA-256 of the chain of evidence",
    evidenceSha256: "SHA-256 of evidencia.json (attached)",
    seal: "Seal, template and policy",
  },
  counts: {
    size: ({ characters, bytes, segments }) =>
      `${characters} ${characters === 1 ? "character" : "characters"} · ${bytes} bytes · ${segments} SMS`,
  },
  marks: {
    names:
      "[U+…] is the Unicode code of a character that is invisible or that the typefaces of this document lack; these codes are read from left to right, in the order of the text.",
    spaces: "The text is nothing but white space: each “·” is one space.",
  },
  declared: "declared, not verified",
  channel: { soap: "web service", pica: "PICA platform", portal: "web portal" },
  consent: {
    Si: "the recipient consents",
    Ley: "a law covers it",
    NoOpo: "the recipient has not objected",
  },
  event: {
    accepted: "The order is accepted",
    scheduled: "Time scheduled for sending",
    attempt: (number) => `Handed to the operator, attempt ${number}`,
    deferred: "The operator defers it; it will be tried again",
    resend: "A person orders it to be sent again: the recipient may have received it twice",
    relayed: (segments) => `The operator accepts ${whole(segments)}`,
    refused: "The operator refuses the SMS",
    someAccepted: (which) => `before that it accepts ${the(which)}`,
    unconfirmed: "The link is lost before the operator confirms acceptance",
    receipt: (segment, state) => `Operator’s report, segment ${segment}: ${state}`,
    doubtful: (doubt) => `doubtful report: “${doubt}”`,
    byNumber: "attributed by the recipient’s number: the answer to the submission was lost",
    upheld: "the decision relies on it",
    setAside: "the decision does not rely on it",
    delivered: "The delivery is complete",
    deadline: "The period for delivery ends",
    undelivered: "The time for reports on their way ends; no record of delivery",
    late: "The report that completes the delivery arrives after the period",
    lateVerdict: {
      withinPeriod: "the operator’s date, within the period",
      outsidePeriod: "the operator’s date, outside the period: it corrects nothing",
      noDoneDate: "without a date of the operator that can be read: it corrects nothing",
    },
    decided: {
      delivered: "A person decides about the reports: delivery is proved",
      notDelivered: "A person decides about the reports: delivery is not proved",
    },
    issued: "This certificate is issued",
    issuedBefore: (title) => `Issued: ${title}`,
    mailed: "The mail server takes the certificate for the authorised mailbox",
    stamped: "Time-stamp (RFC 3161)",
    inSeal: "in the document’s seal",
  },
  state: {
    ENROUTE: "en route",
    DELIVERED: "delivered",
    EXPIRED: "expired",
    DELETED: "deleted",
    UNDELIVERABLE: "undeliverable",
    ACCEPTED: "accepted",
    UNKNOWN: "unknown",
    REJECTED: "rejected",
    UNRECOGNISED: "unrecognised state",
  },
  noState: "no report",
  fate: {
    delivered: (which) => `the operator reported the delivery of ${the(which)}`,
    expired: (which) =>
      `the operator reported that the time it had to deliver ${the(which)} had expired`,
    deleted: (which) => `the operator reported the deletion of ${the(which)} before delivery`,
    undeliverable: (which) => `the operator reported that it could not deliver ${the(which)}`,
    rejected: (which) =>
      `the operator reported that it rejected ${the(which)}, which it had accepted before`,
    noReceipt: (which) => `the operator accepted ${the(which)}, but no final report followed`,
    refused: (which) => `the operator did not accept ${the(which)}`,
    acceptanceNotConfirmed: (which) =>
      `the link with the operator was lost before it confirmed acceptance of ${the(which)}, and no final report followed`,
    notSent: (which) =>
      `this service did not send ${the(which)}, because the operator had not accepted an earlier segment`,
    contradicted: (which) =>
      `the operator’s reports about ${the(which)} are not conclusive, and a person decided that they do not prove delivery`,
    notRelayed: (which) => `this service could not hand ${the(which)} to the operator’s network`,
  },
  conflict: {
    contradiction: ({ which, later, earlier }) =>
      `about ${the(which)}, “${later}” after “${earlier}”`,
    afterDecision: (which) => `about ${the(which)}, “delivered” after another decision`,
    doubt: ({ which, doubt }) => `about ${the(which)}, a doubtful report: “${doubt}”`,
    unattributed: "some cannot be attributed to one segment alone",
  },
  certified:
    "that the sender ordered the SMS to be sent, and when; the full, literal content of the SMS; when it was handed to the operator and what the operator reported, report by report and segment by segment.",
  notCertified:
    "that anybody has read the SMS; the identity of whoever holds or uses the device or the line; the truth of what the sender declares (the recipient’s name and document).",
  scopeTitle: { certified: "Certified", notCertified: "Not certified" },
  legal:
    "Electronic registered delivery service of Article 43(1) of Regulation (EU) 910/2014 (eIDAS), not qualified: the data may not be refused as evidence solely because they are electronic. This certificate attests the sending of an SMS; it is not the notification of Article 43 of Spanish Law 39/2015.",
  evidenceNote: ({ records, receipts }) =>
    `The chain has ${records} records, and the attachment carries them ${receipts === 0 ? "all; no report of the operator was received" : `with the operator’s ${receipts === 1 ? "report" : `${receipts} reports`} as received`}. Each record carries the SHA-256 of the one before: that of the chain is that of the last one, and fixes them all. Any change in this document breaks the seal. Unless stated otherwise, reports were attributed by their identifier and times are of Europe/Madrid (day/month/year); those of the operator are copied as given.`,
  foot: {
    csv: "Secure verification code (CSV)",
    verify: "Verify at",
    sealed: "Document with electronic seal and time-stamp. A printed copy is checked with the CSV.",
    page: (number, count) => `Page ${number} of ${count}`,
  },
  sealReason: {
    positive: "Certificate of delivery of an SMS",
    negative: "Certificate of non-delivery of an SMS",
    corrective: "Corrective certificate of delivery of an SMS",
  },
  sealField: "Electronic seal of the issuer",
  attachment: {
    json: "Complete evidence, in canonical JSON",
    xml: "Evidence in the shape of ETSI EN 319 522-3",
  },
};
