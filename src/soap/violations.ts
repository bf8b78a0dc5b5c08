import { ServiceError, type ErrorCode } from "../domain/errors.ts";
import type { Words } from "../domain/words.ts";
import type { Violation } from "./xml/schema.ts";

/** Values with a fault of their own, whichever part of the service finds it out. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  text: "InvalidContent",
  "recipient/msisdn": "InvalidRecipient",
  sender: "InvalidSender",
  scheduledAt: "InvalidSchedule",
};

/** What a request that breaks the schema is told: names of the schema and facets, never a value. */
export function schemaViolation(operation: string, violation: Violation): ServiceError {
  const path = violation.path.join("/");
  const hint = hintFor(path === "" ? operation : path, violation);
  const field = path === "" ? {} : { field: path };
  return new ServiceError(codeFor(path, violation), { hint, ...field });
}

function codeFor(path: string, { kind, facet }: Violation): ErrorCode {
  if (kind !== "value") return "SchemaViolation";
  if (path === "text" && facet === "maxLength") return "ContentTooLong";
  return CODES[path] ?? "SchemaViolation";
}

function hintFor(name: string, { kind, facet, expected }: Violation): Words {
  const names = expected.slice(0, 12).join(", ");
  switch (kind) {
    case "missing":
      return {
        ca: `A ${name} hi falta: ${names}.`,
        es: `En ${name} falta: ${names}.`,
        en: `${name} lacks: ${names}.`,
      };
    case "unexpected":
      return {
        ca: `A ${name} hi ha un element que no hi va; s'hi esperava: ${names || "cap més"}.`,
        es: `En ${name} hay un elemento que no corresponde; se esperaba: ${names || "ninguno más"}.`,
        en: `${name} holds an element that does not belong there; expected: ${names || "no more"}.`,
      };
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
