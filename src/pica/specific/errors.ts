import { ServiceError, type ErrorCode } from "../../domain/errors.ts";
import { faultSpec } from "../../soap/faults.ts";
import { element } from "../../soap/xml/write.ts";
import { NAMESPACE } from "../names.ts";

/** A business error as it is told inside the specific data, in Catalan. */
export interface SpecificError {
  readonly code: string;
  readonly message: string;
  /** A path below the element of the request. */
  readonly field?: string | undefined;
}

/**
 * The codes of business errors, after those of eNOTUM where it has one; wsdl/pica/README.md has the
 * table. Undefined: such an error is told in another layer.
 */
export const CODES = {
  SchemaViolation: "101",
  NotAuthorised: "104",
  InvalidRecipient: "630",
  InvalidContent: "631",
  ContentTooLong: "632",
  InvalidSender: "633",
  InvalidSchedule: "634",
  QuotaExceeded: "635",
  MailboxNotAuthorised: "613",
  DuplicateSubmission: "229",
  MessageNotFound: "1010",
} as const satisfies Partial<Record<ErrorCode, string>>;

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
};

/** An error of the service as a business error; undefined when it belongs to another layer. */
export function businessError(error: unknown): SpecificError | undefined {
  if (!(error instanceof ServiceError)) return undefined;
  const code = (CODES as Partial<Record<ErrorCode, string>>)[error.code];
  if (code === undefined) return undefined;
  const { words } = faultSpec(error.code);
  const message = error.hint ? `${words.ca} ${error.hint.ca}` : words.ca;
  return { code, message, field: error.field && (FIELDS[error.field] ?? error.field) };
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
