import { ServiceError } from "../../domain/errors.ts";
import type { Words } from "../../domain/words.ts";

/** NotAuthenticated, with a hint for those who may know more. */
export function refuse(hint?: Words): ServiceError {
  return new ServiceError("NotAuthenticated", hint && { hint });
}

export const NO_TOKEN: Words = {
  ca: "Cal una capçalera WS-Security amb UsernameToken o signatura, o un certificat de client.",
  es: "Se necesita una cabecera WS-Security con UsernameToken o firma, o un certificado de cliente.",
  en: "A WS-Security header with a UsernameToken or a signature is needed, or a client certificate.",
};
export const UNKNOWN_CERTIFICATE: Words = {
  ca: "El certificat X.509 no és vigent o no està registrat per a cap usuari.",
  es: "El certificado X.509 no está vigente o no está registrado para ningún usuario.",
  en: "The X.509 certificate is not in force or not registered for any user.",
};
export const NOT_ACCEPTED: Words = {
  ca: "L'entitat no accepta aquesta manera d'acreditar-se.",
  es: "La entidad no acepta esta manera de acreditarse.",
  en: "The entity does not accept this way to authenticate.",
};
export const NO_TIMESTAMP: Words = {
  ca: "Cal un Timestamp amb Created, cobert per la signatura.",
  es: "Se necesita un Timestamp con Created, cubierto por la firma.",
  en: "A Timestamp with Created is needed, covered by the signature.",
};
export const NO_TIMESTAMP_AT_ALL: Words = {
  ca: "Cal un Timestamp amb Created.",
  es: "Se necesita un Timestamp con Created.",
  en: "A Timestamp with Created is needed.",
};
export const INCOMPLETE: Words = {
  ca: "PasswordDigest demana un Nonce de 8 bytes o més i un Created.",
  es: "PasswordDigest pide un Nonce de 8 bytes o más y un Created.",
  en: "PasswordDigest asks for a Nonce of 8 bytes or more and a Created.",
};
export const STALE: Words = {
  ca: "El missatge és massa antic o el rellotge de qui crida va avançat; la finestra és de cinc minuts.",
  es: "El mensaje es demasiado antiguo o el reloj de quien llama va adelantado; la ventana es de cinco minutos.",
  en: "The message is too old or the caller's clock is ahead; the window is five minutes.",
};
export const REPEATED: Words = {
  ca: "Aquest Nonce o aquesta signatura ja s'han fet servir; cada crida n'ha de portar de nous.",
  es: "Este Nonce o esta firma ya se han usado; cada llamada debe llevar otros nuevos.",
  en: "This Nonce or signature was used before; each call must carry a new one.",
};
