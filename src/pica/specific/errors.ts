import { ServiceError, type ErrorCode } from "../../domain/errors.ts";
import { faultSpec } from "../../soap/faults.ts";
import { isUnavailable } from "../../store/connection/unavailable.ts";
import { element } from "../../soap/xml/write.ts";
import { NAMESPACE } from "../names.ts";

/** A business error as it is told inside the specific data, in Catalan. */
export interface SpecificError {
  readonly code: string;
  readonly message: string;
  /** A path below the element of the request. */
  readonly field?: string | undefined;
}

/** Where an error of the service is told to whom calls through the bus. */
type Telling =
  /** In the answer to the request, with its CodiError: to ask again would change nothing. */
  | { readonly code: string }
  /** It passes by itself: a call gets a fault and comes back, a batch waits and tries again. */
  | "passes"
  /** No request is to blame: a call gets a fault; of several, or of a batch, a request its PICAError. */
  | "fails";

/**
 * Every error of the service in the words of the bus; codes after those of eNOTUM where it has one.
 * wsdl/pica/README.md has the tables. A quota is told at once, although a day or a month ends: a batch
 * is to be answered today.
 */
export const TELLINGS = {
  SchemaViolation: { code: "101" },
  NotAuthorised: { code: "104" },
  DuplicateSubmission: { code: "229" },
  MailboxNotAuthorised: { code: "613" },
  InvalidRecipient: { code: "630" },
  InvalidContent: { code: "631" },
  ContentTooLong: { code: "632" },
  InvalidSender: { code: "633" },
  InvalidSchedule: { code: "634" },
  QuotaExceeded: { code: "635" },
  MessageNotFound: { code: "1010" },
  TooManyRequests: "passes",
  Unavailable: "passes",
  Internal: "fails",
  InvalidEnvelope: "fails",
  InvalidPeriod: "fails",
  MustUnderstand: "fails",
  NotAuthenticated: "fails",
  NotCancellable: "fails",
  RequestTooLarge: "fails",
  UnknownOperation: "fails",
  VersionMismatch: "fails",
} as const satisfies Record<ErrorCode, Telling>;

export const REPEATED = TELLINGS.DuplicateSubmission.code;

/** Whether a failure passes by itself. */
export function passes(error: unknown): boolean {
  return (
    isUnavailable(error) || (error instanceof ServiceError && TELLINGS[error.code] === "passes")
  );
}

export const PENDING: SpecificError = {
  code: "3104",
  message: "El certificat encara no s'ha emès; torneu-lo a demanar a la data prevista.",
};

export const WRONG_DOCUMENT: SpecificError = {
  code: "615",
  message: "El document del destinatari no és vàlid: el dígit de control no quadra.",
  field: "Destinatari/Document",
};

/** Paths of the typed port by those of our elements. */
const FIELDS: Readonly<Record<string, string>> = {
  "recipient/msisdn": "Destinatari/Telefon",
  text: "Text",
  sender: "Remitent",
  scheduledAt: "DataProgramada",
  mailbox: "BustiaCorreu",
  clientReference: "IdSolicitud",
  kind: "Tipus",
};

/** An error of the service as a business error; undefined when it belongs to another layer. */
export function businessError(error: unknown): SpecificError | undefined {
  if (!(error instanceof ServiceError)) return undefined;
  const telling: Telling = TELLINGS[error.code];
  if (typeof telling === "string") return undefined;
  const { words } = faultSpec(error.code);
  const message = error.hint ? `${words.ca} ${error.hint.ca}` : words.ca;
  return {
    code: telling.code,
    message,
    field: error.field && (FIELDS[error.field] ?? error.field),
  };
}

export function writeErrors({ code, message, field }: SpecificError): string {
  return `<Errors><Error>${element("CodiError", code)}${element("MissatgeError", message)}${element("Camp", field)}</Error></Errors>`;
}

/** A failure of the service, in the words that PICA foresees; its cause is looked up by the id. */
export function writePicaError(correlationId: string): string {
  return `<PICAError xmlns="${NAMESPACE.error}">${element("CodiError", "0502")}${element(
    "Error",
    "Error del sistema",
  )}${element("Descripcio", faultSpec("Internal").words.ca)}${element("Causa", correlationId)}</PICAError>`;
}
