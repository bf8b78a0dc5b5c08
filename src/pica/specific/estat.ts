import { inMadrid } from "../../domain/madrid.ts";
import type { SegmentView } from "../../domain/message.ts";
import type { MessageKey, MessageStatus, StatusEntry } from "../../lifecycle/calls/tell-status.ts";
import { element } from "../../soap/xml/write.ts";
import type { Key } from "./ask.ts";
import { referenceOf } from "./reference.ts";
import { CERTIFICATE_STATES, KINDS, OUTCOMES, REASONS, STAGES } from "./words.ts";

/** A key of the bus as the lifecycle takes it. */
export function messageKey(key: Key): MessageKey {
  if ("idMissatge" in key) return { messageId: key.idMissatge };
  if ("referencia" in key) return { clientReference: key.referencia };
  return { clientReference: referenceOf(key.idPeticio, key.idSolicitud) };
}

export function writeEstat(keys: readonly Key[], entries: readonly StatusEntry[]): string {
  return keys
    .map((key, index) => {
      const found = entries[index]?.found;
      const status = found === undefined ? "" : writeStatus(found);
      return `<Missatge>${writeKey(key)}${element("Trobat", found !== undefined)}${status}</Missatge>`;
    })
    .join("");
}

function writeKey(key: Key): string {
  if ("idMissatge" in key) return element("IdMissatge", key.idMissatge);
  if ("referencia" in key) return element("Referencia", key.referencia);
  return element("IdPeticio", key.idPeticio) + element("IdSolicitud", key.idSolicitud);
}

function writeStatus(status: MessageStatus): string {
  const { view, certificate } = status;
  const { outcome } = view;
  const reason = outcome?.kind === "notDelivered" ? REASONS[outcome.reason] : undefined;
  const events = status.history.map(
    ({ at, event }) =>
      `<Esdeveniment>${instant("Data", at)}${element("Nom", event)}</Esdeveniment>`,
  );
  return [
    "<DadesEstat>",
    element("IdMissatge", status.messageId),
    element("Referencia", status.clientReference),
    element("Estat", STAGES[view.stage.name]),
    instant("DataAcceptacio", status.acceptedAt),
    instant("DataLimit", status.receiptDeadline),
    element("Resultat", outcome && OUTCOMES[outcome.kind]),
    instant("DataResultat", outcome?.at),
    element("Motiu", reason),
    `<Historial>${events.join("")}</Historial>`,
    `<Segments>${view.segments.map(writeSegment).join("")}</Segments>`,
    "<Certificat>",
    element("Estat", CERTIFICATE_STATES[certificate.state]),
    certificate.state === "issued"
      ? element("Tipus", KINDS[certificate.kind]) +
        instant("DataEmissio", certificate.issuedAt) +
        element("Csv", certificate.csv)
      : "",
    certificate.state === "pending" ? instant("DataPrevista", certificate.expectedBy) : "",
    "</Certificat>",
    instant("DataPrevista", status.nextExpectedAt),
    "</DadesEstat>",
  ].join("");
}

function writeSegment(segment: SegmentView): string {
  return [
    "<Segment>",
    element("Numero", segment.number),
    instant("DataTransmissio", segment.relayedAt),
    element("IdOperador", segment.smscMessageId),
    element("EstatOperador", segment.messageState),
    instant("DataEstat", segment.stateAt),
    element("CodiErrorOperador", segment.errorCode),
    element("Conflicte", segment.conflict === undefined ? undefined : true),
    "</Segment>",
  ].join("");
}

function instant(name: string, at: Date | undefined): string {
  return element(name, at && inMadrid(at));
}
