import type { Words } from "./words.ts";

/** Every way in which the service refuses or fails a call. soap/faults.ts gives each its fault. */
export type ErrorCode =
  | "InvalidEnvelope"
  | "VersionMismatch"
  | "MustUnderstand"
  | "UnknownOperation"
  | "SchemaViolation"
  | "RequestTooLarge"
  | "TooManyRequests"
  | "QuotaExceeded"
  | "NotAuthenticated"
  | "NotAuthorised"
  | "InvalidRecipient"
  | "InvalidContent"
  | "ContentTooLong"
  | "InvalidSender"
  | "InvalidSchedule"
  | "InvalidPeriod"
  | "MailboxNotAuthorised"
  | "DuplicateSubmission"
  | "MessageNotFound"
  | "NotCancellable"
  | "Unavailable"
  | "Internal";

export interface ErrorOptions {
  /** What to mend, in the caller's words; never a value of the caller's data nor a library's text. */
  readonly hint?: Words;
  /** Path of the element at fault, as in the WSDL: `recipient/msisdn`. */
  readonly field?: string;
  /** When it makes sense to call again. */
  readonly retryAfterSeconds?: number;
  /** For the log only; never leaves the service. */
  readonly cause?: unknown;
}

/** The only error that a caller sees as it is; anything else leaves as Internal. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
  readonly code: ErrorCode;
  readonly hint: Words | undefined;
  readonly field: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, options: ErrorOptions = {}) {
    super(options.hint ? `${code}: ${options.hint.en}` : code, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.field = options.field;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
