import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import { ServiceError } from "./errors.ts";

/** A telephone number in E.164 form with its plus sign: `+34600000000`. */
export type Msisdn = string & { readonly brand: "Msisdn" };

const E164 = /^\+[1-9]\d{6,14}$/;

/**
 * Reads a number in international form (`+…` or `00…`). No country is ever guessed: nine digits may
 * be a valid mobile in Spain and another one in Andorra.
 *
 * @throws ServiceError InvalidRecipient when it is not a mobile number in international form
 */
export function parseMsisdn(typed: string): Msisdn {
  const compact = typed.replace(/[ .\-()]/g, "").replace(/^00/, "+");
  const number = E164.test(compact)
    ? parsePhoneNumberFromString(compact, { extract: false })
    : undefined;
  // With the whole metadata a number has a type exactly when it is valid.
  const kind = number?.getType();
  if (!number || (kind !== "MOBILE" && kind !== "FIXED_LINE_OR_MOBILE")) {
    throw new ServiceError("InvalidRecipient", {
      field: "recipient/msisdn",
      hint: {
        ca: "Cal un número de mòbil en format internacional, per exemple +34600000000.",
        es: "Se necesita un número de móvil en formato internacional, por ejemplo +34600000000.",
        en: "A mobile number in international form is needed, for example +34600000000.",
      },
    });
  }
  return number.number as Msisdn;
}

/** What a log line may say of a number: its country and its last two digits. */
export function maskMsisdn(msisdn: string): string {
  return `${msisdn.slice(0, 3)}${"*".repeat(Math.max(msisdn.length - 5, 0))}${msisdn.slice(-2)}`;
}
