import { MAX_TEXT_CHARACTERS } from "../domain/content.ts";
import { ServiceError, type ErrorCode } from "../domain/errors.ts";
import type { Words } from "../domain/words.ts";
import type { Violation } from "./xml/schema.ts";

/** Values with a fault of their own, whichever part of the service finds it out. */
const VALUES: Readonly<Record<string, { readonly code: ErrorCode; readonly hint: Words }>> = {
  text: {
    code: "InvalidContent",
    hint: { ca: "El text és buit.", es: "El texto está vacío.", en: "The text is empty." },
  },
  "recipient/msisdn": {
    code: "InvalidRecipient",
    hint: {
      ca: "Cal un número de mòbil en format internacional, per exemple +34600000000.",
      es: "Se necesita un número de móvil en formato internacional, por ejemplo +34600000000.",
      en: "A mobile number in international form is needed, for example +34600000000.",
    },
  },
  sender: {
    code: "InvalidSender",
    hint: {
      ca: "El remitent és un àlies d'1 a 11 lletres i xifres, o un número de 3 a 15 xifres.",
      es: "El remitente es un alias de 1 a 11 letras y cifras, o un número de 3 a 15 cifras.",
      en: "The sender is an alias of 1 to 11 letters and digits, or a number of 3 to 15 digits.",
    },
  },
  scheduledAt: {
    code: "InvalidSchedule",
    hint: {
      ca: "Cal un instant amb la zona horària, per exemple 2026-03-02T09:00:00+01:00.",
      es: "Se necesita un instante con su zona horaria, por ejemplo 2026-03-02T09:00:00+01:00.",
      en: "An instant with its zone is needed, for example 2026-03-02T09:00:00+01:00.",
    },
  },
};

const TOO_LONG: Words = {
  ca: `El màxim és de ${MAX_TEXT_CHARACTERS} caràcters.`,
  es: `El máximo es de ${MAX_TEXT_CHARACTERS} caracteres.`,
  en: `The maximum is ${MAX_TEXT_CHARACTERS} characters.`,
};

/**
 * What a request that breaks the schema is told: names of the schema and facets, never a value.
 *
 * @param aliases paths of another schema, by what the typed port calls the same thing
 */
export function schemaViolation(
  operation: string,
  violation: Violation,
  aliases: Readonly<Record<string, string>> = {},
): ServiceError {
  const path = violation.path.concat(nameAtFault(violation)).join("/");
  const typed = aliases[path] ?? path;
  const field = path === "" ? {} : { field: path };
  const known = violation.kind === "value" ? VALUES[typed] : undefined;
  if (typed === "text" && violation.facet === "maxLength") {
    return new ServiceError("ContentTooLong", { hint: TOO_LONG, ...field });
  }
  if (known) return new ServiceError(known.code, { hint: known.hint, ...field });
  const hint = hintFor(violation.path.join("/") || operation, violation);
  return new ServiceError("SchemaViolation", { hint, ...field });
}

/** The element below the path that is one too many, or the one that can only have been left out. */
function nameAtFault({ kind, intruder, expected }: Violation): readonly string[] {
  if (intruder) return [intruder.name];
  return kind === "missing" && expected.length === 1 ? expected : [];
}

function hintFor(name: string, violation: Violation): Words {
  const { kind, facet, expected } = violation;
  const names = expected.slice(0, 12).join(", ");
  switch (kind) {
    case "missing":
      return {
        ca: `A ${name} hi falta: ${names}.`,
        es: `En ${name} falta: ${names}.`,
        en: `${name} lacks: ${names}.`,
      };
    case "unexpected": {
      const what = intruderOf(violation);
      return {
        ca: `A ${name} hi ha ${what.ca}, que no hi va; s'hi esperava: ${names || "cap més"}.`,
        es: `En ${name} hay ${what.es}, que no corresponde; se esperaba: ${names || "ninguno más"}.`,
        en: `${name} holds ${what.en}, which does not belong there; expected: ${names || "no more"}.`,
      };
    }
    case "attribute":
      return {
        ca: `${name} porta un atribut que no hi va.`,
        es: `${name} lleva un atributo que no corresponde.`,
        en: `${name} carries an attribute that does not belong there.`,
      };
    case "value": {
      const rule = facet === undefined ? "" : ` (${facet})`;
      return {
        ca: `El valor de ${name} no compleix l'esquema${rule}.`,
        es: `El valor de ${name} no cumple el esquema${rule}.`,
        en: `The value of ${name} does not follow the schema${rule}.`,
      };
    }
  }
}

function intruderOf({ intruder }: Violation): Words {
  if (!intruder) return { ca: "un element", es: "un elemento", en: "an element" };
  const { name, isForeign } = intruder;
  if (!isForeign) return { ca: `«${name}»`, es: `«${name}»`, en: `«${name}»` };
  return {
    ca: `«${name}» (fora de l'espai de noms del WSDL)`,
    es: `«${name}» (fuera del espacio de nombres del WSDL)`,
    en: `«${name}» (outside the namespace of the WSDL)`,
  };
}
