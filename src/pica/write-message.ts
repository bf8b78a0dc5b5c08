import { DOCUMENT_KINDS } from "../domain/legal-id.ts";
import { dayInMadrid, inMadrid } from "../domain/madrid.ts";
import { CONSENTS } from "../domain/submission.ts";
import { element } from "../soap/xml/write.ts";
import { NAMESPACE } from "./names.ts";
import { BLOCKS, type Control, type Fields, type Solicitud } from "./petition.ts";

/** Where a message is, in the words of the bus. */
export interface Estado {
  readonly code: "0001" | "0002" | "0003" | "0502";
  readonly secondary?: string | undefined;
  readonly literal: string;
  /** TiempoEstimadoRespuesta: hours. */
  readonly hours: number;
}

export const FINISHED: Estado = { code: "0003", literal: "OK", hours: 0 };
/** A batch takes seconds; the unit of the bus is the hour. */
export const PENDING: Estado = { code: "0001", literal: "Pendent", hours: 1 };
export const IN_PROCESS: Estado = { code: "0002", literal: "En procés", hours: 1 };

/** A Respuesta around its transmissions, which are absent when there is none. */
export function writeAnswer(
  control: Control,
  estado: Estado,
  now: Date,
  transmissions: readonly string[],
): string {
  const inside =
    transmissions.length === 0 ? "" : `<Transmisiones>${transmissions.join("")}</Transmisiones>`;
  return `<Respuesta xmlns="${NAMESPACE.answer}">${attributes(control, estado, now)}${inside}</Respuesta>`;
}

export function writeConfirmation(control: Control, estado: Estado, now: Date): string {
  return `<ConfirmacionPeticion xmlns="${NAMESPACE.confirmation}">${attributes(control, estado, now)}</ConfirmacionPeticion>`;
}

function attributes(control: Control, estado: Estado, now: Date): string {
  return [
    "<Atributos>",
    element("IdPeticion", control.idPeticion),
    element("NumElementos", control.declared),
    element("TimeStamp", inMadrid(now)),
    "<Estado>",
    element("CodigoEstado", estado.code),
    element("CodigoEstadoSecundario", estado.secondary),
    element("LiteralError", estado.literal),
    element("TiempoEstimadoRespuesta", estado.hours),
    "</Estado>",
    element("CodigoCertificado", control.modality),
    element("CodigoProducto", control.product),
    writeIssuer(control.issuer),
    element("IdSolicitanteOriginal", control.originalId),
    element("NomSolicitanteOriginal", control.originalName),
    writeBlock("Funcionario", "officer", control.officer),
    "</Atributos>",
  ].join("");
}

/** One TransmisionDatos: what the request said of itself, and the specific data of the answer. */
export function writeTransmission(
  control: Control,
  request: Solicitud,
  now: Date,
  specific: string,
): string {
  return [
    "<TransmisionDatos><DatosGenericos>",
    writeIssuer(request.issuer ?? control.issuer),
    writeRequester(request),
    writeHolder(request.holder),
    "<Transmision>",
    element("CodigoCertificado", control.modality),
    element("IdSolicitud", request.idSolicitud),
    element("IdTransmision", request.idTransmision ?? ""),
    element("FechaGeneracion", request.generatedOn ?? dayInMadrid(now)),
    `</Transmision></DatosGenericos><DatosEspecificos>${specific}</DatosEspecificos></TransmisionDatos>`,
  ].join("");
}

function writeIssuer(issuer: Fields | undefined): string {
  if (issuer === undefined) return "";
  const nif = element("NifEmisor", issuer["NifEmisor"] ?? "");
  return `<Emisor>${nif}${element("NombreEmisor", issuer["NombreEmisor"] ?? "")}</Emisor>`;
}

/** What is not one of the schema's words is left out: it stands in a refusal only. */
function writeRequester({ requester, officer }: Solicitud): string {
  const id = requester?.["IdentificadorSolicitante"];
  if (requester === undefined || id === undefined) return "";
  const consent = CONSENTS.find((each) => each === requester["Consentimiento"]);
  return [
    "<Solicitante>",
    leaves("requester", { ...requester, Consentimiento: consent }),
    writeBlock("Funcionario", "officer", officer),
    "</Solicitante>",
  ].join("");
}

function writeHolder(holder: Fields | undefined): string {
  const known = DOCUMENT_KINDS.some((each) => each === holder?.["TipoDocumentacion"]);
  if (!known || holder?.["Documentacion"] === undefined) return "";
  return writeBlock("Titular", "holder", holder);
}

function writeBlock(name: string, kind: keyof typeof BLOCKS, fields: Fields | undefined): string {
  return fields === undefined ? "" : `<${name}>${leaves(kind, fields)}</${name}>`;
}

function leaves(kind: keyof typeof BLOCKS, fields: Fields): string {
  return Object.keys(BLOCKS[kind])
    .map((name) => element(name, fields[name]))
    .join("");
}
