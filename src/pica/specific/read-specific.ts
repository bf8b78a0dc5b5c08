import { DOCUMENT_KINDS, isDocument } from "../../domain/legal-id.ts";
import type { CertificateKind } from "../../domain/outcome.ts";
import { LANGUAGES } from "../../domain/words.ts";
import { fieldsOf, needed } from "../../soap/operations/fields.ts";
import { schemaViolation } from "../../soap/violations.ts";
import { childElements, localName, namespaceOf, type XmlNode } from "../../soap/xml/node.ts";
import type { Schema } from "../../soap/xml/schema.ts";
import { NAMESPACE, OPERATIONS, type ProductOperation } from "../names.ts";
import type { Solicitud } from "../petition.ts";
import type { Ask, Key } from "./ask.ts";
import { businessError, WRONG_DOCUMENT } from "./errors.ts";

type Specific = Pick<Solicitud, "operation" | "ask" | "problem">;

/** Reads what stands in DatosEspecificos; elements of other namespaces before ours are passed over. */
export function readSpecific(children: readonly XmlNode[], product: Schema): Specific {
  const ours = children.filter((child) => namespaceOf(child) === NAMESPACE.product);
  const [root] = ours;
  if (root === undefined || ours.length > 1) return {};
  const operation = OPERATIONS.find((each) => localName(root) === `Peticio${each}`);
  if (operation === undefined) return {};
  const [violation] = product.validate(root);
  if (violation) {
    const error = schemaViolation(`Peticio${operation}`, violation, ALIASES);
    return { operation, problem: businessError(error) };
  }
  try {
    return { operation, ask: READERS[operation](root) };
  } catch (error) {
    if (error instanceof WrongDocument) return { operation, problem: WRONG_DOCUMENT };
    const problem = businessError(error);
    if (problem) return { operation, problem };
    throw error;
  }
}

/** Our paths, and what the typed port calls the same thing. */
const ALIASES: Readonly<Record<string, string>> = {
  Text: "text",
  "Destinatari/Telefon": "recipient/msisdn",
  Remitent: "sender",
  DataProgramada: "scheduledAt",
};

class WrongDocument extends Error {}

const READERS: Readonly<Record<ProductOperation, (root: XmlNode) => Ask>> = {
  Enviament(root) {
    const fields = fieldsOf(root);
    const recipient = fieldsOf(needed(fields.node("Destinatari")));
    const document = recipient.token("Document");
    const typed = recipient.token("TipusDocument");
    const kind = DOCUMENT_KINDS.find((each) => each === typed);
    if (kind && (document === undefined || !isDocument(kind, document))) throw new WrongDocument();
    const language = fields.text("Idioma");
    return {
      operation: "Enviament",
      telefon: needed(recipient.text("Telefon")),
      nom: recipient.token("Nom"),
      document,
      text: needed(fields.text("Text")),
      remitent: fields.text("Remitent"),
      idioma: LANGUAGES.find((each) => each === language),
      expedient: fields.token("Expedient"),
      centreCost: fields.token("CentreCost"),
      dataProgramada: fields.instant("DataProgramada")?.toISOString(),
      bustiaCorreu: fields.token("BustiaCorreu"),
      assaig: fields.flag("Assaig"),
    };
  },
  Estat: (root) => ({ operation: "Estat", keys: childElements(root).map(readKey) }),
  Certificat(root) {
    const fields = fieldsOf(root);
    const csv = fields.token("Csv");
    return {
      operation: "Certificat",
      key: csv === undefined ? readKey(root) : { csv },
      kind: KINDS[fields.text("Tipus") ?? ""],
      format: fields.text("Format") === "URL" ? "URL" : "PDF",
    };
  },
};

const KINDS: Readonly<Record<string, CertificateKind>> = {
  POSITIU: "positive",
  NEGATIU: "negative",
  CORRECTIU: "corrective",
};

function readKey(node: XmlNode): Key {
  const fields = fieldsOf(node);
  const idMissatge = fields.text("IdMissatge");
  if (idMissatge !== undefined) return { idMissatge };
  const referencia = fields.text("Referencia");
  if (referencia !== undefined) return { referencia };
  return {
    idPeticio: needed(fields.token("IdPeticio")),
    idSolicitud: needed(fields.token("IdSolicitud")),
  };
}
