/**
 * The errors of the bus that go into Estado with 0502: SCSP's codes, each with its sentence. Whoever
 * adds one adds its row to wsdl/pica/README.md and its folder to test/contract.
 */
export const REFUSALS = {
  "0229": "Transmissió ja enregistrada",
  "0233": "No s'ha pogut identificar el titular",
  "0234": "El producte o la modalitat no és d'aquest servei",
  "0236": "El consentiment no és vàlid",
  "0237": "NumElementos no és vàlid",
  "0238": "La informació no està disponible",
  "0239": "Les dades específiques no són les de la modalitat",
  "0243": "Hi ha sol·licituds amb una modalitat diferent",
  "0301": "L'organisme no està autoritzat",
  "0401": "La petició no segueix l'esquema",
  "0402": "Hi falta un camp obligatori",
} as const;

export type RefusalCode = keyof typeof REFUSALS;

/** A message of the bus that is refused as a whole, behind the door: nothing of it was done. */
export class BusRefusal extends Error {
  override readonly name = "BusRefusal";
  readonly code: RefusalCode;
  /** At most 255 characters, in Catalan. */
  readonly literal: string;

  constructor(code: RefusalCode, detail?: string) {
    const sentence = detail === undefined ? `${REFUSALS[code]}.` : `${REFUSALS[code]}: ${detail}`;
    super(code);
    this.code = code;
    this.literal = Array.from(sentence).slice(0, 255).join("");
  }
}
