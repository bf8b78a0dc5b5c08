import type { CallbackNotice, CallbackTarget } from "../domain/callback.ts";
import type { CertificateFacts, SealedCertificate } from "../domain/certificate.ts";
import type { PlannedSegment, SegmentPlan } from "../domain/content.ts";
import type { DeliveryReceipt, Heard } from "../domain/delivery-receipt.ts";
import type { Msisdn } from "../domain/msisdn.ts";
import type { CertificateKind } from "../domain/outcome.ts";
import type { Language } from "../domain/words.ts";

/** A segment on its way to the operator. Its attempt is already committed. */
export interface OutgoingSegment extends PlannedSegment {
  readonly recipient: Msisdn;
  /** Alias or number shown on the phone; undefined lets the operator's default stand. */
  readonly sender: string | undefined;
  /** How long the SMSC is asked to try. */
  readonly validUntil: Date;
}

/**
 * What became of one submit_sm. `unknown` means that the bytes may have gone out and no answer came:
 * such a segment is never sent again by itself.
 */
export type SubmitAnswer =
  | {
      readonly kind: "accepted";
      /** Verbatim, for the evidence. */
      readonly smscMessageId: string;
      /** The same id as receipts of this operator carry it (ArrivedReceipt.smscMessageId). */
      readonly matchKey: string;
      readonly answeredAt: Date;
    }
  | { readonly kind: "refused"; readonly commandStatus: number; readonly permanent: boolean }
  /** Certainly never on the wire: no link, or the window is full. */
  | { readonly kind: "notSent"; readonly cause: string }
  | { readonly kind: "unknown"; readonly cause: string };

/** A segment that the SMSC took. */
export interface RelayedSegment {
  /** Verbatim, as SubmitAnswer tells it. */
  readonly smscMessageId: string;
  readonly recipient: Msisdn;
  readonly sender: string | undefined;
}

/** A report as the link hands it over, before it has an identity of its own. */
export type ArrivedReceipt = Omit<DeliveryReceipt, "receiptId"> & {
  /** A text from a subscriber is kept, and is never a receipt. */
  readonly kind: "deliveryReceipt" | "mobileOriginated";
  /** Which bind or peer brought it. */
  readonly link: string;
};

/** How the link stands; segments that wait have not gone out. */
export interface LinkHealth {
  readonly bound: number;
  readonly wanted: number;
  readonly waiting: number;
}

/** The mobile operator. */
export interface SmsGateway {
  /** The operator's name in our settings; printed on certificates. */
  readonly operator: string;
  /**
   * How a text will travel. The only function that counts segments: what is counted is what is sent.
   *
   * @param reference 0…65535, joins the segments of one message on the phone
   */
  plan(text: string, reference: number): SegmentPlan;
  /** Whether a segment handed over now would go out; false keeps messages where they are. */
  isReady(): boolean;
  /**
   * How many messages it can have in hand and none waits long. What is handed over beyond that would only
   * be one more that a crash leaves in doubt, because its attempt is written down before.
   */
  readonly capacity: number;
  /**
   * What is known of it now, over the link of this process or of another one; undefined while no report
   * would arrive.
   */
  heard(): Promise<Heard | undefined>;
  /** Absent where the link has no binds. */
  health?(): LinkHealth;
  /** Never rejects: whatever happens is one of the answers. */
  submit(segment: OutgoingSegment): Promise<SubmitAnswer>;
  /**
   * Asks the SMSC once more about a segment that it took. What it says arrives through `onReceipt`
   * like any report; silence and refusals say nothing. Absent where the link cannot ask.
   */
  query?(segment: RelayedSegment): Promise<void>;
  /**
   * Opens the link. Each report is acknowledged to the operator only when `onReceipt` has resolved,
   * that is, when it is stored.
   */
  start(onReceipt: (receipt: ArrivedReceipt) => Promise<void>): Promise<void>;
  /** Takes no more work, waits for what is in flight, closes. */
  stop(): Promise<void>;
}

/** Makes the sealed and time-stamped PDF. */
export interface CertificateIssuer {
  /**
   * @throws CertificateDelayed when the seal or the time-stamp authority is not to be had; the
   *   message then waits, it never gets a lesser certificate
   */
  issue(facts: CertificateFacts): Promise<SealedCertificate>;
}

/** A file in the object store; nobody can change or remove this version before its retention ends. */
export interface ObjectPlace {
  readonly key: string;
  readonly version: string;
}

/** Keeps the files of certificates outside the database. */
export interface ObjectStore {
  /**
   * Keeps a file, locked until an instant; durable when this resolves. The same key may be written
   * again: each call makes a version of its own.
   *
   * @throws ObjectStoreUnavailable
   */
  keep(file: ObjectToKeep): Promise<ObjectPlace>;
  /**
   * Exactly that version; undefined when it is not there.
   *
   * @throws ObjectStoreUnavailable
   */
  read(place: ObjectPlace): Promise<Buffer | undefined>;
  /**
   * Removes every version of a key whose retention is over; false when one is left, still locked.
   *
   * @throws ObjectStoreUnavailable
   */
  remove(key: string): Promise<boolean>;
}

export interface ObjectToKeep {
  readonly key: string;
  readonly bytes: Buffer;
  /** In hexadecimal. */
  readonly sha256: string;
  readonly retainUntil: Date;
}

interface MailAddressing {
  /** The left half of its Message-ID: the same mail sent again has the same. */
  readonly id: string;
  readonly to: string;
  readonly at: Date;
  readonly language: Language;
}

/** A certificate on its way to an authorised mailbox. */
export interface CertificateMail extends MailAddressing {
  readonly kind: CertificateKind;
  readonly entityName: string;
  readonly clientReference: string;
  /** Masked: mail travels far. */
  readonly recipient: string;
  readonly csv: string;
  readonly verificationUrl: string;
  readonly pdf: Buffer;
}

/** Word that a message is not delivered yet. */
export interface WarningMail extends MailAddressing {
  readonly clientReference: string;
  /** Masked. */
  readonly recipient: string;
  readonly receiptDeadline: Date;
}

/** The question whether a mailbox wants to receive certificates. */
export interface ConfirmationMail extends MailAddressing {
  readonly entityName: string;
  readonly username: string;
  readonly link: string;
  readonly validUntil: Date;
}

/** What the mail server said. */
export type MailAnswer =
  | { readonly kind: "taken"; readonly reply: string }
  /** There is no such recipient: trying again is of no use. */
  | { readonly kind: "refused"; readonly reply: string }
  | { readonly kind: "failed"; readonly cause: string };

/** Never rejects: whatever happens is one of the answers. */
export interface Mailer {
  sendCertificate(mail: CertificateMail): Promise<MailAnswer>;
  sendConfirmation(mail: ConfirmationMail): Promise<MailAnswer>;
  sendWarning(mail: WarningMail): Promise<MailAnswer>;
}

/** A mail of ours that could not be delivered, as a mail server reports it. */
export interface Bounce {
  /** The left half of the Message-ID of our mail. */
  readonly id: string;
  readonly recipient: string;
  /** What the mail server said. */
  readonly reason: string;
}

/** Where such reports arrive. */
export interface BounceBox {
  /** Hands over each report; one is put away when `handle` has resolved. Answers how many there were. */
  take(handle: (bounce: Bounce) => Promise<void>): Promise<number>;
}

/** Tells back offices what has happened. */
export interface CallbackClient {
  /** Never rejects: undefined when the endpoint has taken it, else why not. */
  tell(target: CallbackTarget, notice: CallbackNotice): Promise<string | undefined>;
}
