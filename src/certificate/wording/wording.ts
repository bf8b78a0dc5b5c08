import type { MessageState } from "../../domain/delivery-receipt.ts";
import type { DecidedAs } from "../../domain/evidence.ts";
import type { CertificateKind, LateVerdict } from "../../domain/outcome.ts";
import type { Channel, Consent } from "../../domain/submission.ts";
import type { Fate, Which } from "./segments.ts";

/** Everything that a certificate says, in one language. Values come in already written out. */
export interface Wording {
  readonly title: Readonly<Record<CertificateKind, string>>;
  readonly subtitle: string;
  readonly test: string;
  readonly testLong: string;
  readonly outcome: Readonly<Record<CertificateKind, string>>;
  readonly outcomeLine: {
    delivered(facts: { msisdn: string; at: string }): string;
    /** `deliveredAt`: as the operator dates it. */
    corrective(facts: { msisdn: string; at: string; deliveredAt: string }): string;
    /** `delivered`: the segments that were, when others were not. */
    notDelivered(facts: {
      msisdn: string;
      from: string;
      to: string;
      delivered: Which | undefined;
    }): string;
  };
  readonly certifies: (facts: { issuer: string; nif: string }) => string;
  readonly statement: {
    accepted(facts: {
      at: string;
      entity: string;
      nif: string;
      username: string;
      msisdn: string;
      section: number;
    }): string;
    relayed(facts: { operator: string; segments: number; at: string }): string;
    notRelayed(facts: { operator: string; segments: number }): string;
    /**
     * Not all of it was accepted in so many words. `byNumber`: the answer was lost, and reports were
     * attributed by the recipient's number.
     */
    partlyRelayed(facts: {
      operator: string;
      accepted: { which: Which; at: string } | undefined;
      byNumber: Which | undefined;
      unknown: Which | undefined;
    }): string;
    delivered(facts: { operator: string; segments: number; at: string }): string;
    /**
     * `waited`: until when reports on their way were waited for; `partly`: some segments were delivered;
     * `fates`: what became of which segments.
     */
    notDelivered(facts: {
      from: string;
      to: string;
      waited: string;
      partly: boolean;
      fates: string;
    }): string;
    /** `at`: when the first one was issued; `dates`: what the operator said, as it said it. */
    corrective(facts: {
      csv: string;
      at: string | undefined;
      deliveredAt: string;
      dates: string;
    }): string;
    decided(facts: {
      as: DecidedAs;
      at: string;
      by: string;
      conflict: string;
      reason: string;
    }): string;
  };
  readonly section: {
    readonly document: string;
    readonly sender: string;
    readonly recipient: string;
    readonly content: string;
    readonly timeline: string;
    readonly segments: string;
    readonly scope: string;
    readonly evidence: string;
  };
  readonly label: Readonly<Record<LabelName, string>>;
  readonly counts: {
    size(facts: { characters: number; bytes: number; segments: number }): string;
  };
  /** What stands below a text that is not printed as it is. */
  readonly marks: { readonly names: string; readonly spaces: string };
  readonly declared: string;
  readonly channel: Readonly<Record<Channel, string>>;
  readonly consent: Readonly<Record<Consent, string>>;
  readonly event: {
    readonly accepted: string;
    readonly scheduled: string;
    attempt(number: number): string;
    readonly deferred: string;
    readonly resend: string;
    relayed(segments: number): string;
    readonly refused: string;
    readonly unconfirmed: string;
    /** Beside a refusal, a deferral or a lost answer: what was accepted before it in the same attempt. */
    someAccepted(which: Which): string;
    receipt(segment: number, state: string): string;
    doubtful(doubt: string): string;
    readonly byNumber: string;
    /** What a person's decision made of a report. */
    readonly upheld: string;
    readonly setAside: string;
    readonly delivered: string;
    readonly deadline: string;
    readonly undelivered: string;
    readonly late: string;
    readonly lateVerdict: Readonly<Record<LateVerdict, string>>;
    readonly decided: Readonly<Record<DecidedAs, string>>;
    readonly issued: string;
    issuedBefore(title: string): string;
    readonly mailed: string;
    readonly stamped: string;
    readonly inSeal: string;
  };
  readonly state: Readonly<Record<MessageState, string>>;
  readonly noState: string;
  readonly fate: Readonly<Record<Fate, (which: Which) => string>>;
  /** Why reports were not conclusive. */
  readonly conflict: {
    contradiction(facts: { which: Which; later: string; earlier: string }): string;
    afterDecision(which: Which): string;
    doubt(facts: { which: Which; doubt: string }): string;
    readonly unattributed: string;
  };
  readonly certified: string;
  readonly notCertified: string;
  readonly scopeTitle: { readonly certified: string; readonly notCertified: string };
  readonly legal: string;
  evidenceNote(facts: { records: number; receipts: number }): string;
  readonly foot: {
    readonly csv: string;
    readonly verify: string;
    readonly sealed: string;
    page(number: number, count: number): string;
  };
  readonly sealReason: Readonly<Record<CertificateKind, string>>;
  readonly sealField: string;
  readonly attachment: { readonly json: string; readonly xml: string };
}

type LabelName =
  | "messageId"
  | "csv"
  | "issuedAt"
  | "retainUntil"
  | "corrects"
  | "entity"
  | "nif"
  | "user"
  | "officer"
  | "clientReference"
  | "fileNumber"
  | "purpose"
  | "consent"
  | "costCentre"
  | "senderShown"
  | "senderDefault"
  | "number"
  | "name"
  | "legalId"
  | "operator"
  | "textSha256"
  | "event"
  | "ourTime"
  | "ourTimeUtc"
  | "operatorTime"
  | "operatorCode"
  | "segment"
  | "smscMessageId"
  | "state"
  | "code"
  | "payloadSha256"
  | "chainHead"
  | "evidenceSha256"
  | "seal";
