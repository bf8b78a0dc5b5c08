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
      ca: "El mes, el dia o l'hora no existeixen, o no s'escriu com 2026-03-02T09:00:00+01:00 (any, mes, dia, hora i zona horària).",
      es: "El mes, el día o la hora no existen, o no se escribe como 2026-03-02T09:00:00+01:00 (año, mes, día, hora y zona horaria).",
      en: "The month, the day or the time does not exist, or it is not written as 2026-03-02T09:00:00+01:00 (year, month, day, time and zone).",
    },
  },
};

const NO_ZONE: Words = {
  ca: "Cal l'any amb quatre xifres i la zona horària, per exemple 2026-03-02T09:00:00+01:00.",
  es: "Se necesita el año con cuatro cifras y la zona horaria, por ejemplo 2026-03-02T09:00:00+01:00.",
  en: "The year in four digits and the zone are needed, for example 2026-03-02T09:00:00+01:00.",
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
  if (typed === "scheduledAt" && violation.facet === "pattern") {
    return new ServiceError("InvalidSchedule", { hint: NO_ZONE, ...field });
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

const AMONG: Words = { ca: " un d'aquests", es: " uno de estos", en: " one of" };
const NOTHING: Words = { ca: "", es: "", en: "" };

function hintFor(name: string, violation: Violation): Words {
  const { kind, expected } = violation;
  const names = expected.slice(0, 12).join(", ");
  const among = expected.length > 1 ? AMONG : NOTHING;
  switch (kind) {
    case "missing":
      return {
        ca: `A ${name} hi falta${among.ca}: ${names}.`,
        es: `En ${name} falta${among.es}: ${names}.`,
        en: `${name} lacks${among.en}: ${names}.`,
      };
    case "unexpected": {
      const what = intruderOf(violation);
      return {
        ca: `A ${name} hi ha ${what.ca}, que no hi va; s'hi esperava${among.ca}: ${names || "cap més"}.`,
        es: `En ${name} hay ${what.es}, que no corresponde; se esperaba${among.es}: ${names || "ninguno más"}.`,
        en: `${name} holds ${what.en}, which does not belong there; expected${among.en}: ${names || "no more"}.`,
      };
    }
    case "attribute":
      return {
        ca: `${name} porta un atribut que no hi va.`,
        es: `${name} lleva un atributo que no corresponde.`,
        en: `${name} carries an attribute that does not belong there.`,
      };
    case "value":
      return hintForValue(name, violation, names);
  }
}

function hintForValue(name: string, { facet, limit }: Violation, permitted: string): Words {
  if (permitted !== "") {
    return {
      ca: `El valor de ${name} ha de ser un d'aquests: ${permitted}.`,
      es: `El valor de ${name} debe ser uno de estos: ${permitted}.`,
      en: `The value of ${name} has to be one of: ${permitted}.`,
    };
  }
  if (facet === "maxLength" && limit !== undefined) {
    return {
      ca: `El valor de ${name} pot tenir ${limit} caràcters com a màxim.`,
      es: `El valor de ${name} puede tener ${limit} caracteres como máximo.`,
      en: `The value of ${name} may have ${limit} characters at most.`,
    };
  }
  if (facet === "minLength" && limit === 1) {
    return {
      ca: `El valor de ${name} és buit.`,
      es: `El valor de ${name} está vacío.`,
      en: `The value of ${name} is empty.`,
    };
  }
  const rule = facet === undefined ? "" : ` (${facet})`;
  return {
    ca: `El valor de ${name} no compleix l'esquema${rule}.`,
    es: `El valor de ${name} no cumple el esquema${rule}.`,
    en: `The value of ${name} does not follow the schema${rule}.`,
  };
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
