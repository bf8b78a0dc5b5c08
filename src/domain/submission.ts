import { sha256, type Encoding } from "./content.ts";
import type { EntityId, MessageId, UserId } from "./ids.ts";
import type { Msisdn } from "./msisdn.ts";
import type { Language } from "./words.ts";

/** Where a submission came from; printed on the certificate. */
export type Channel = "soap" | "pica" | "portal";

/** On which ground the data of the recipient are processed, spelled as SCSP does. */
export const CONSENTS = ["Si", "Ley", "NoOpo"] as const;
export type Consent = (typeof CONSENTS)[number];

/** Content handed over by a caller, with its form already checked by the door. */
export interface Submission {
  readonly clientReference: string;
  readonly recipient: {
    readonly msisdn: string;
    readonly name?: string | undefined;
    readonly legalId?: string | undefined;
  };
  readonly text: string;
  readonly sender?: string | undefined;
  /** Undefined: the language of the entity. */
  readonly language?: Language | undefined;
  readonly fileNumber?: string | undefined;
  readonly purpose?: string | undefined;
  readonly officer?: Officer | undefined;
  readonly consent?: Consent | undefined;
  readonly costCentre?: string | undefined;
  readonly scheduledAt?: Date | undefined;
  readonly mailbox?: string | undefined;
  readonly channel: Channel;
}

/** The civil servant in whose name the entity acts. */
export interface Officer {
  readonly name: string;
  readonly nif: string;
  readonly email?: string | undefined;
}

/** What the service has taken charge of: one text for one recipient. Never changes. */
export interface Message extends Omit<Submission, "recipient" | "language"> {
  readonly language: Language;
  readonly messageId: MessageId;
  readonly entityId: EntityId;
  readonly userId: UserId;
  readonly recipient: {
    readonly msisdn: Msisdn;
    readonly name?: string | undefined;
    readonly legalId?: string | undefined;
  };
  /** SHA-256 of the UTF-8 text exactly as received, in hexadecimal. */
  readonly textSha256: string;
  readonly encoding: Encoding;
  readonly segmentCount: number;
  readonly acceptedAt: Date;
  readonly receiptDeadline: Date;
}

/**
 * What makes two submissions the same one. The door that carried it does not count; everything that
 * the caller said does.
 *
 * @param msisdn of the recipient, however it was written
 */
export function submissionDigest(submission: Submission, msisdn: Msisdn): string {
  const { recipient, officer } = submission;
  return sha256(
    JSON.stringify([
      msisdn,
      recipient.name,
      recipient.legalId,
      submission.text,
      submission.sender,
      submission.language,
      submission.fileNumber,
      submission.purpose,
      officer?.name,
      officer?.nif,
      officer?.email,
      submission.costCentre,
      submission.scheduledAt?.toISOString(),
      submission.mailbox,
      // Only when it was said: the digests of submissions that never say it stay what they are.
      ...(submission.consent ? [submission.consent] : []),
    ]),
  );
}
