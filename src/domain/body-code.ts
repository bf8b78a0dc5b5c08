import { isDir3 } from "./eni.ts";

/** Codi d'ens (Ordre VEH/169/2016): up to ten digits, of which the leading zeros do not count. */
const INE10 = /^\d{1,10}$/;

/**
 * The code of a public body as it is compared: INE10 without its leading zeros, DIR3 in capitals;
 * undefined when it has the form of neither.
 */
export function parseBodyCode(typed: string): string | undefined {
  const code = typed.trim().toUpperCase();
  if (isDir3(code)) return code;
  const digits = INE10.test(code) ? code.replace(/^0+/, "") : "";
  return digits === "" ? undefined : digits;
}
