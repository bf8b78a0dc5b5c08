/** Kinds of identity documents, spelled as SCSP does. */
export const DOCUMENT_KINDS = ["CIF", "NIF", "DNI", "Pasaporte", "NIE"] as const;
export type DocumentKind = (typeof DOCUMENT_KINDS)[number];

const LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE";
const ORGANISATION_LETTERS = "JABCDEFGHI";

/**
 * Whether the control character of a document is right: the remainder of 23 for persons (NIF, DNI, NIE;
 * RD 1553/2005 and Orden INT/2058/2008), Luhn's sum for organisations (Orden EHA/451/2008). A passport
 * has no control character that could be checked.
 */
export function isDocument(kind: DocumentKind, typed: string): boolean {
  const id = typed.toUpperCase();
  switch (kind) {
    case "NIF":
      return isNif(id);
    case "DNI":
      return /^\d{8}[A-Z]$/.test(id) && isPerson(id);
    case "NIE":
      return /^[XYZ]\d{7}[A-Z]$/.test(id) && isPerson(id);
    case "CIF":
      return isOrganisation(id);
    case "Pasaporte":
      return /^[A-Z0-9]{1,20}$/.test(id);
  }
}

/** Whether a Spanish tax number, of a person or of an organisation, has the right control character. */
export function isNif(typed: string): boolean {
  const id = typed.toUpperCase();
  return isPerson(id) || isOrganisation(id);
}

function isPerson(id: string): boolean {
  const [, initial = "", digits = "", letter = ""] = /^([XYZKLM]?)(\d{7,8})([A-Z])$/.exec(id) ?? [];
  if ((initial === "" ? 8 : 7) !== digits.length) return false;
  const first = { X: "0", Y: "1", Z: "2" }[initial] ?? "";
  return LETTERS.charAt(Number(first + digits) % 23) === letter;
}

function isOrganisation(id: string): boolean {
  const [, initial = "", digits = "", control = ""] =
    /^([ABCDEFGHJNPQRSUVW])(\d{7})([0-9A-J])$/.exec(id) ?? [];
  if (initial === "") return false;
  const sum = Array.from(digits).reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 2 : 1);
    return total + Math.floor(value / 10) + (value % 10);
  }, 0);
  const expected = (10 - (sum % 10)) % 10;
  const letter = ORGANISATION_LETTERS.charAt(expected);
  if ("NPQRSW".includes(initial)) return control === letter;
  if ("ABEH".includes(initial)) return control === String(expected);
  return control === letter || control === String(expected);
}
