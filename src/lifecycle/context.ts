import type pg from "pg";
import type { BusinessEvent } from "../domain/business-event.ts";
import type { Issuer } from "../domain/certificate.ts";
import type { EniSettings } from "../domain/eni.ts";
import type { Clock, Duration, RandomSource, Timers } from "../domain/clock.ts";
import type { createAcceptance } from "../store/acceptance.ts";
import type { StoredReceipt } from "../store/receipts.ts";
import type { Step } from "../store/work.ts";
import type {
  CallbackClient,
  CertificateIssuer,
  Mailer,
  ObjectStore,
  SmsGateway,
} from "./ports.ts";

interface LifecycleSettings {
  readonly receiptDeadline: Duration;
  /** Time allowed after the deadline for receipts in flight. */
  readonly receiptGrace: Duration;
  /** How long after its sending a message that is not delivered is told of. */
  readonly earlyWarning: Duration;
  /** Zone of the dates that the operator writes into its reports, as IANA names it. */
  readonly operatorZone: string;
  readonly retention: Duration;
  readonly issuer: Issuer;
  /** Address of the service as callers see it, without a trailing slash. */
  readonly publicUrl: string;
  readonly eni: EniSettings;
}

interface CallbackSender {
  readonly client: CallbackClient;
  /** The secret of an endpoint, which is kept encrypted. */
  readonly decrypt: (encrypted: Buffer) => string;
}

/** What every step is given; each is built once, in service.ts. */
export interface LifecycleContext {
  readonly db: pg.Pool;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: RandomSource;
  readonly gateway: SmsGateway;
  readonly issuer: CertificateIssuer;
  /** Takes charge of a message; durable when it resolves. Those that come together share a commit. */
  readonly takeCharge: ReturnType<typeof createAcceptance>;
  /** Where files of certificates are kept outside the database; absent when all are in their rows. */
  readonly objects?: { readonly store: ObjectStore; readonly keepsNew: boolean } | undefined;
  /** Undefined: nobody is called back. */
  readonly callbacks?: CallbackSender | undefined;
  /** Undefined: no mail server is set. */
  readonly mailer?: Mailer | undefined;
  /** Stores a report; durable when it resolves. Those that come together share a commit. */
  readonly inbox: (receipt: StoredReceipt) => Promise<void>;
  readonly settings: LifecycleSettings;
  /** Aborted when the process is to end: what can be left for another time, or to another process, is. */
  readonly stopping: AbortSignal;
  /** Makes a step look for work soon; the tick makes it certain. */
  readonly wake: (step: Step | "match" | "batch") => void;
  /** Tells what is durable now, to the log and the metrics; called after the commit. */
  readonly tell: (event: BusinessEvent) => void;
}
