import type { DemoAccount } from "../../src/command-line/demo-account.ts";
import { envelope } from "./soap-call.ts";

/** Messages of the bus as a back office writes them, and what its answers say. */
const SCSP = "http://gencat.net/scsp/esquemes";
const PRODUCT = `${SCSP}/productes/smscert/v1`;
/** The code of the entity of `demo`, in tests and in the demonstration. */
const INE10 = "9821920002";

export interface BusRequest {
  readonly id: string;
  /** PeticioEnviament … with what is inside. */
  readonly specific: string;
  /** IdTransmision, the file number. */
  readonly file?: string;
}

export function enviament(id: string, msisdn: string, text: string): BusRequest {
  const recipient = `<Destinatari><Telefon>${msisdn}</Telefon></Destinatari>`;
  return {
    id,
    specific: `<PeticioEnviament xmlns="${PRODUCT}">${recipient}<Text>${text}</Text></PeticioEnviament>`,
  };
}

export function certificat(id: string, idPeticio: string, idSolicitud: string): BusRequest {
  const key = `<IdPeticio>${idPeticio}</IdPeticio><IdSolicitud>${idSolicitud}</IdSolicitud>`;
  return { id, specific: `<PeticioCertificat xmlns="${PRODUCT}">${key}</PeticioCertificat>` };
}

/** `procesa` around a Peticion; the modality is that of the first request. */
export function petition(idPeticion: string, requests: readonly BusRequest[]): string {
  const modality = modalityOf(requests[0]);
  const each = requests.map(
    ({ id, specific, file = "" }) =>
      `<SolicitudTransmision><DatosGenericos><Solicitante>${REQUESTER}<Consentimiento>Ley</Consentimiento></Solicitante><Transmision><CodigoCertificado>${modality}</CodigoCertificado><IdSolicitud>${id}</IdSolicitud><IdTransmision>${file}</IdTransmision></Transmision></DatosGenericos><DatosEspecificos>${specific}</DatosEspecificos></SolicitudTransmision>`,
  );
  return `<procesa xmlns="http://www.openuri.org/"><Peticion xmlns="${SCSP}/peticion">${attributes(idPeticion, modality, requests.length)}<Solicitudes>${each.join("")}</Solicitudes></Peticion></procesa>`;
}

/** `procesa` around a SolicitudRespuesta: where is the batch? */
export function question(idPeticion: string, modality = "SMSCERT_ENVIAMENT"): string {
  return `<procesa xmlns="http://www.openuri.org/"><SolicitudRespuesta xmlns="${SCSP}/solicitudRespuesta">${attributes(idPeticion, modality, 1)}</SolicitudRespuesta></procesa>`;
}

function modalityOf(request: BusRequest | undefined): string {
  const [, operation = ""] = /^<Peticio(\w+)/.exec(request?.specific ?? "") ?? [];
  return `SMSCERT_${operation.toUpperCase()}`;
}

const REQUESTER = `<IdentificadorSolicitante>${INE10}</IdentificadorSolicitante><NombreSolicitante>Departament de Proves</NombreSolicitante><Finalidad>PROVES</Finalidad>`;

function attributes(idPeticion: string, modality: string, elements: number): string {
  return `<Atributos><IdPeticion>${idPeticion}</IdPeticion><NumElementos>${elements}</NumElementos><TimeStamp/><CodigoCertificado>${modality}</CodigoCertificado><CodigoProducto>SMSCERT</CodigoProducto><DatosAutorizacion>${REQUESTER}</DatosAutorizacion><Funcionario><NombreCompletoFuncionario>Funcionària de Prova</NombreCompletoFuncionario><NifFuncionario>00000000T</NifFuncionario></Funcionario></Atributos>`;
}

export interface BusAnswer {
  readonly status: number;
  readonly body: string;
  /** CodigoEstado, with CodigoEstadoSecundario behind a slash; undefined in a fault. */
  readonly state: string | undefined;
  /** The code of the fault. */
  readonly fault: string | undefined;
  /** What each request got, in order: its message, its CodiError, or PICAError. */
  readonly results: readonly string[];
}

/** Calls a door of the bus; rejects when the connection breaks before the answer. */
export async function callBus(
  url: string,
  door: "Sincron" | "Asincron" | "AsincronResposta",
  account: DemoAccount,
  body: string,
): Promise<BusAnswer> {
  return postBus(url, door, envelope(account, body));
}

export async function postBus(url: string, door: string, message: string): Promise<BusAnswer> {
  const response = await fetch(`${url}/ws/pica/${door}`, {
    method: "POST",
    headers: { "content-type": "text/xml; charset=utf-8" },
    body: message,
  });
  const text = await response.text();
  const first = (element: string): string | undefined =>
    new RegExp(`<${element}>([^<]*)<`).exec(text)?.[1];
  const secondary = first("CodigoEstadoSecundario");
  const code = first("CodigoEstado");
  return {
    status: response.status,
    body: text,
    state: code && (secondary ? `${code}/${secondary}` : code),
    fault: first("code"),
    results: text
      .split("<TransmisionDatos>")
      .slice(1)
      .map((each) => {
        if (each.includes("<PICAError")) return "PICAError";
        return /<(?:CodiError|IdMissatge)>([^<]*)</.exec(each)?.[1] ?? "";
      }),
  };
}
