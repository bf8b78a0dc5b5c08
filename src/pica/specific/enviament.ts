import { inMadrid } from "../../domain/madrid.ts";
import { CONSENTS, type Officer, type Submission } from "../../domain/submission.ts";
import type { Acceptance } from "../../lifecycle/accept-submission.ts";
import { element } from "../../soap/xml/write.ts";
import type { Control, Fields, Solicitud } from "../petition.ts";
import type { Ask } from "./ask.ts";
import { referenceOf } from "./reference.ts";

/** What a PeticioEnviament submits, with what its envelope says of it. */
export function submissionOf(
  control: Control,
  request: Solicitud,
  ask: Extract<Ask, { operation: "Enviament" }>,
): Submission {
  const { holder, requester } = request;
  const said = (name: string): string | undefined =>
    requester?.[name] ?? control.authorisation?.[name];
  return {
    clientReference: referenceOf(control.idPeticion, request.idSolicitud),
    recipient: {
      msisdn: ask.telefon,
      name: ask.nom ?? nameOf(holder),
      legalId: ask.document ?? holder?.["Documentacion"],
    },
    text: ask.text,
    sender: ask.remitent,
    language: ask.idioma,
    fileNumber: ask.expedient ?? request.idTransmision,
    purpose: said("Finalidad") ?? said("Procedimiento"),
    officer: officerOf(request.officer ?? control.officer),
    consent: CONSENTS.find((each) => each === requester?.["Consentimiento"]),
    costCentre: ask.centreCost,
    scheduledAt: ask.dataProgramada === undefined ? undefined : new Date(ask.dataProgramada),
    mailbox: ask.bustiaCorreu,
    channel: "pica",
  };
}

function nameOf(holder: Fields | undefined): string | undefined {
  if (holder === undefined) return undefined;
  const parts = ["Nombre", "Apellido1", "Apellido2"].flatMap((name) => holder[name] ?? []);
  const name = holder["NombreCompleto"] ?? parts.join(" ");
  return name === "" ? undefined : name;
}

function officerOf(fields: Fields | undefined): Officer | undefined {
  const name = fields?.["NombreCompletoFuncionario"];
  const nif = fields?.["NifFuncionario"];
  if (name === undefined && nif === undefined) return undefined;
  return { name: name ?? "", nif: nif ?? "", email: fields?.["EMailFuncionario"] };
}

export function writeEnviament(acceptance: Acceptance): string {
  const characters = acceptance.unicodeCharacters.join("");
  return [
    element("IdMissatge", acceptance.messageId),
    element("Estat", "ACCEPTAT"),
    element("DataAcceptacio", inMadrid(acceptance.acceptedAt)),
    element("DataLimit", inMadrid(acceptance.receiptDeadline)),
    element("Codificacio", acceptance.encoding),
    element("CaractersUnicode", characters === "" ? undefined : characters),
    element("Segments", acceptance.segments),
    "<Cost>",
    element("Sms", acceptance.charge.sms),
    element("Certificat", acceptance.charge.certificate),
    "</Cost>",
  ].join("");
}
