import { dayInMadrid, inMadrid } from "../../domain/madrid.ts";
import { MODALITIES, NAMESPACE, PRODUCT } from "../../pica/names.ts";
import { element } from "../../soap/xml/write.ts";
import { UsageError } from "../command.ts";
import { asNode, text, type Call, type CallFile, type Node } from "./call-file.ts";

/** The modality of a call, by the root of its first request. */
export function modalityOf(call: Call): string {
  const root = rootOf(call.requests[0] ?? {});
  const found = Object.entries(MODALITIES).find(([, name]) => root === `Peticio${name}`);
  if (!found)
    throw new UsageError(`call ${call.id}: a request needs a PeticioEnviament or another`);
  return found[0];
}

function rootOf(request: Node): string | undefined {
  return Object.keys(request).find((name) => name.startsWith("Peticio"));
}

/** A Peticion as the bus carries it. */
export function buildPetition(file: CallFile, call: Call, now: Date): string {
  const modality = modalityOf(call);
  const requests = call.requests.map((request) => {
    const root = rootOf(request) ?? "";
    const specific = asNode(request[root]) ?? {};
    return [
      "<SolicitudTransmision><DatosGenericos>",
      issuer(file),
      `<Solicitante>${requester(file)}`,
      element("Consentimiento", text(file.requester["consent"]) ?? "Ley"),
      "</Solicitante><Transmision>",
      element("CodigoCertificado", modality),
      element("IdSolicitud", text(request["id"])),
      element("IdTransmision", text(request["file"])),
      element("FechaGeneracion", dayInMadrid(now)),
      "</Transmision></DatosGenericos><DatosEspecificos>",
      `<${root} xmlns="${NAMESPACE.product}">${children(specific)}</${root}>`,
      "</DatosEspecificos></SolicitudTransmision>",
    ].join("");
  });
  return `<Peticion xmlns="${NAMESPACE.petition}">${attributes(file, call, now)}<Solicitudes>${requests.join("")}</Solicitudes></Peticion>`;
}

/** The question for the answer to a batch. */
export function buildQuestion(file: CallFile, call: Call, now: Date): string {
  return `<SolicitudRespuesta xmlns="${NAMESPACE.question}">${attributes(file, call, now)}</SolicitudRespuesta>`;
}

function attributes(file: CallFile, call: Call, now: Date): string {
  return [
    "<Atributos>",
    element("IdPeticion", call.id),
    element("NumElementos", call.requests.length),
    element("TimeStamp", inMadrid(now)),
    element("CodigoCertificado", modalityOf(call)),
    element("CodigoProducto", PRODUCT),
    `<DatosAutorizacion>${requester(file)}</DatosAutorizacion>`,
    issuer(file),
    officer(file),
    "</Atributos>",
  ].join("");
}

function requester({ requester }: CallFile): string {
  return [
    element("IdentificadorSolicitante", text(requester["code"])),
    element("NombreSolicitante", text(requester["name"])),
    element("Finalidad", text(requester["purpose"])),
  ].join("");
}

function issuer({ issuer }: CallFile): string {
  if (!issuer) return "";
  return `<Emisor>${element("NifEmisor", text(issuer["nif"]))}${element("NombreEmisor", text(issuer["name"]))}</Emisor>`;
}

function officer({ officer }: CallFile): string {
  if (!officer) return "";
  return [
    "<Funcionario>",
    element("NombreCompletoFuncionario", text(officer["name"])),
    element("NifFuncionario", text(officer["nif"])),
    element("EMailFuncionario", text(officer["email"])),
    "</Funcionario>",
  ].join("");
}

/** Elements in the order of the file. */
function children(node: Node): string {
  return Object.entries(node)
    .flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((each: unknown) => {
        const inner = asNode(each);
        return inner ? `<${name}>${children(inner)}</${name}>` : element(name, text(each));
      }),
    )
    .join("");
}
