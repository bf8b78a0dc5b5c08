import type { ErrorCode } from "../domain/errors.ts";
import type { Words } from "../domain/words.ts";

export interface FaultSpec {
  /** Who must act: the caller (Client, Sender) or the service (Server, Receiver). */
  readonly side: "caller" | "service";
  /** A code of its own in SOAP 1.1 and 1.2, or of WS-Security. */
  readonly standardCode?: "VersionMismatch" | "MustUnderstand" | "FailedAuthentication";
  /** A status that says more than that of a fault. */
  readonly httpStatus?: number;
  readonly retryAfterSeconds?: number;
  readonly words: Words;
}

/** Every error of the service as a fault. A code without a fault does not compile. */
export const FAULTS = {
  InvalidEnvelope: {
    side: "caller",
    words: {
      ca: "La petició no és un missatge SOAP que es pugui llegir.",
      es: "La petición no es un mensaje SOAP que se pueda leer.",
      en: "The request is not a SOAP message that can be read.",
    },
  },
  VersionMismatch: {
    side: "caller",
    standardCode: "VersionMismatch",
    words: {
      ca: "El sobre no és ni SOAP 1.1 ni SOAP 1.2.",
      es: "El sobre no es ni SOAP 1.1 ni SOAP 1.2.",
      en: "The envelope is neither SOAP 1.1 nor SOAP 1.2.",
    },
  },
  MustUnderstand: {
    side: "caller",
    standardCode: "MustUnderstand",
    words: {
      ca: "El servei no entén una capçalera que la petició marca com a obligatòria.",
      es: "El servicio no entiende una cabecera que la petición marca como obligatoria.",
      en: "The service does not understand a header that the request marks as mandatory.",
    },
  },
  UnknownOperation: {
    side: "caller",
    words: {
      ca: "El servei no té aquesta operació; consulteu el WSDL.",
      es: "El servicio no tiene esta operación; consulte el WSDL.",
      en: "The service has no such operation; see the WSDL.",
    },
  },
  SchemaViolation: {
    side: "caller",
    words: {
      ca: "La petició no segueix l'esquema del WSDL.",
      es: "La petición no sigue el esquema del WSDL.",
      en: "The request does not follow the schema of the WSDL.",
    },
  },
  RequestTooLarge: {
    side: "caller",
    httpStatus: 413,
    words: {
      ca: "La petició és massa gran.",
      es: "La petición es demasiado grande.",
      en: "The request is too large.",
    },
  },
  TooManyRequests: {
    side: "caller",
    retryAfterSeconds: 5,
    words: {
      ca: "Cal esperar una estona abans de tornar-ho a provar.",
      es: "Hay que esperar un rato antes de volver a intentarlo.",
      en: "Wait a while before you try again.",
    },
  },
  QuotaExceeded: {
    side: "caller",
    words: {
      ca: "L'entitat ha arribat al límit de missatges del dia o del mes.",
      es: "La entidad ha llegado al límite de mensajes del día o del mes.",
      en: "The entity has reached its limit of messages of the day or the month.",
    },
  },
  NotAuthenticated: {
    side: "caller",
    standardCode: "FailedAuthentication",
    words: {
      ca: "No s'ha pogut acreditar qui fa la crida.",
      es: "No se ha podido acreditar quién hace la llamada.",
      en: "The identity of the caller could not be proved.",
    },
  },
  NotAuthorised: {
    side: "caller",
    words: {
      ca: "Qui fa la crida no hi té permís.",
      es: "Quien hace la llamada no tiene permiso.",
      en: "The caller is not allowed to do this.",
    },
  },
  InvalidRecipient: {
    side: "caller",
    words: {
      ca: "El destinatari no és vàlid.",
      es: "El destinatario no es válido.",
      en: "The recipient is not valid.",
    },
  },
  InvalidContent: {
    side: "caller",
    words: {
      ca: "El text no es pot certificar.",
      es: "El texto no se puede certificar.",
      en: "The text cannot be certified.",
    },
  },
  ContentTooLong: {
    side: "caller",
    words: {
      ca: "El text és massa llarg.",
      es: "El texto es demasiado largo.",
      en: "The text is too long.",
    },
  },
  InvalidSender: {
    side: "caller",
    words: {
      ca: "El remitent no és vàlid.",
      es: "El remitente no es válido.",
      en: "The sender is not valid.",
    },
  },
  InvalidSchedule: {
    side: "caller",
    words: {
      ca: "L'instant programat no és vàlid.",
      es: "El instante programado no es válido.",
      en: "The scheduled instant is not valid.",
    },
  },
  InvalidPeriod: {
    side: "caller",
    words: {
      ca: "El període o el cursor no és vàlid.",
      es: "El período o el cursor no es válido.",
      en: "The period or the cursor is not valid.",
    },
  },
  MailboxNotAuthorised: {
    side: "caller",
    words: {
      ca: "La bústia no està autoritzada.",
      es: "El buzón no está autorizado.",
      en: "The mailbox is not authorised.",
    },
  },
  DuplicateSubmission: {
    side: "caller",
    words: {
      ca: "La referència ja identifica un altre enviament.",
      es: "La referencia ya identifica otro envío.",
      en: "The reference already names another submission.",
    },
  },
  MessageNotFound: {
    side: "caller",
    words: {
      ca: "L'entitat no té aquest missatge, o el missatge no té aquest certificat.",
      es: "La entidad no tiene este mensaje, o el mensaje no tiene este certificado.",
      en: "The entity has no such message, or the message has no such certificate.",
    },
  },
  NotCancellable: {
    side: "caller",
    words: {
      ca: "És massa tard per anul·lar el missatge: l'operador ja el pot tenir.",
      es: "Es demasiado tarde para anular el mensaje: el operador ya puede tenerlo.",
      en: "It is too late to cancel the message: the operator may have it.",
    },
  },
  Unavailable: {
    side: "service",
    retryAfterSeconds: 30,
    words: {
      ca: "Ara el servei no pot respondre; repetiu la crida amb la mateixa referència.",
      es: "Ahora el servicio no puede responder; repita la llamada con la misma referencia.",
      en: "The service cannot answer now; repeat the call with the same reference.",
    },
  },
  Internal: {
    side: "service",
    words: {
      ca: "El servei ha fallat; comuniqueu l'identificador de correlació al SAU.",
      es: "El servicio ha fallado; comunique el identificador de correlación al SAU.",
      en: "The service failed; report the correlation id to the service desk (SAU).",
    },
  },
} as const satisfies Record<ErrorCode, FaultSpec>;

export function faultSpec(code: ErrorCode): FaultSpec {
  return FAULTS[code];
}
