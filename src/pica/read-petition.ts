import { ServiceError } from "../domain/errors.ts";
import { childElements, childrenNamed, localName, namespaceOf } from "../soap/xml/node.ts";
import { textOf, type XmlNode } from "../soap/xml/node.ts";
import type { Schema } from "../soap/xml/schema.ts";
import { NAMESPACE } from "./names.ts";
import { BLOCKS, type Control, type Fields, type Petition, type Solicitud } from "./petition.ts";
import { readSpecific } from "./specific/read-specific.ts";

/**
 * Reads a Peticion as leniently as callers write it: elements in any order, with any prefix, what is
 * empty counts as missing, what is not known is passed over. What cannot be missed is told as a fault.
 *
 * @throws ServiceError SchemaViolation
 */
export function readPetition(wrapper: XmlNode, product: Schema): Petition {
  const petition = childOf(wrapper, NAMESPACE.petition, "Peticion");
  const requests = childOf(petition, NAMESPACE.petition, "Solicitudes");
  const nodes = childrenNamed(requests, NAMESPACE.petition, "SolicitudTransmision");
  if (nodes.length === 0) throw missing("Solicitudes/SolicitudTransmision");
  return {
    ...readControl(petition, NAMESPACE.petition),
    requests: nodes.map((node) => readRequest(node, product)),
  };
}

/**
 * Reads a SolicitudRespuesta in the same way.
 *
 * @throws ServiceError SchemaViolation
 */
export function readQuestion(wrapper: XmlNode): Control {
  const question = childOf(wrapper, NAMESPACE.question, "SolicitudRespuesta");
  return readControl(question, NAMESPACE.question);
}

function readControl(message: XmlNode, namespace: string): Control {
  const node = childOf(message, namespace, "Atributos");
  const text = (name: string, most: number): string | undefined =>
    leaf(node, namespace, name, most, `Atributos/${name}`);
  const needed = (name: string, most: number): string => {
    const value = text(name, most);
    if (value === undefined) throw missing(`Atributos/${name}`);
    return value;
  };
  const declared = needed("NumElementos", 7);
  if (!/^\d{1,7}$/.test(declared)) throw wrong("Atributos/NumElementos");
  return {
    idPeticion: needed("IdPeticion", 100),
    declared: Number(declared),
    modality: needed("CodigoCertificado", 64),
    product: needed("CodigoProducto", 64),
    authorisation: block(node, namespace, "DatosAutorizacion", "requester"),
    issuer: block(node, namespace, "Emisor", "issuer"),
    officer: block(node, namespace, "Funcionario", "officer"),
    originalId: text("IdSolicitanteOriginal", 100),
    originalName: text("NomSolicitanteOriginal", 100),
  };
}

function readRequest(node: XmlNode, product: Schema): Solicitud {
  const generic = childOf(node, NAMESPACE.petition, "DatosGenericos");
  const transmission = childOf(generic, NAMESPACE.petition, "Transmision");
  const requester = only(generic, NAMESPACE.petition, "Solicitante");
  const specific = only(node, NAMESPACE.petition, "DatosEspecificos");
  const text = (name: string, most: number): string | undefined =>
    leaf(transmission, NAMESPACE.petition, name, most, `Transmision/${name}`);
  const idSolicitud = text("IdSolicitud", 40);
  if (idSolicitud === undefined) throw missing("Transmision/IdSolicitud");
  return {
    idSolicitud,
    modality: text("CodigoCertificado", 64),
    idTransmision: text("IdTransmision", 26),
    generatedOn: text("FechaGeneracion", 29),
    issuer: block(generic, NAMESPACE.petition, "Emisor", "issuer"),
    requester: block(generic, NAMESPACE.petition, "Solicitante", "requester"),
    officer: requester && block(requester, NAMESPACE.petition, "Funcionario", "officer"),
    holder: block(generic, NAMESPACE.petition, "Titular", "holder"),
    ...(specific && readSpecific(childElements(specific), product)),
  };
}

/** The leaves of a block; undefined when the block is missing or holds nothing. */
function block(
  parent: XmlNode,
  namespace: string,
  name: string,
  kind: keyof typeof BLOCKS,
): Fields | undefined {
  const node = only(parent, namespace, name);
  if (node === undefined) return undefined;
  const fields = Object.entries(BLOCKS[kind]).flatMap(([each, most]) => {
    const value = leaf(node, namespace, each, most, `${name}/${each}`);
    return value === undefined ? [] : [[each, value] as const];
  });
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}

function leaf(
  parent: XmlNode,
  namespace: string,
  name: string,
  most: number,
  path: string,
): string | undefined {
  const node = only(parent, namespace, name);
  if (node === undefined) return undefined;
  const value = textOf(node).replace(/\s+/g, " ").trim();
  if (Array.from(value).length > most || /\p{Cc}/u.test(value)) throw wrong(path);
  return value === "" ? undefined : value;
}

function only(parent: XmlNode, namespace: string, name: string): XmlNode | undefined {
  const [node, ...others] = childElements(parent).filter(
    (child) => localName(child) === name && namespaceOf(child) === namespace,
  );
  if (others.length > 0) throw wrong(name);
  return node;
}

function childOf(parent: XmlNode, namespace: string, name: string): XmlNode {
  const node = only(parent, namespace, name);
  if (node === undefined) throw missing(name);
  return node;
}

function missing(field: string): ServiceError {
  return new ServiceError("SchemaViolation", {
    field,
    hint: {
      ca: `Hi falta ${field}.`,
      es: `Falta ${field}.`,
      en: `${field} is missing.`,
    },
  });
}

function wrong(field: string): ServiceError {
  return new ServiceError("SchemaViolation", {
    field,
    hint: {
      ca: `El valor de ${field} no compleix l'esquema, o hi és dues vegades.`,
      es: `El valor de ${field} no cumple el esquema, o está dos veces.`,
      en: `The value of ${field} does not follow the schema, or is there twice.`,
    },
  });
}
