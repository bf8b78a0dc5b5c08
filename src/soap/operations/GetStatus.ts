import type { LateDelivery } from "../../domain/outcome.ts";
import type { SegmentView } from "../../domain/message.ts";
import type { MessageKey, MessageStatus, StatusEntry } from "../../lifecycle/calls/tell-status.ts";
import { CONTRACT_NAMESPACE } from "../contract.ts";
import { childElements, type XmlNode } from "../xml/node.ts";
import { element } from "../xml/write.ts";
import { fieldsOf, needed } from "./fields.ts";
import type { Operation } from "./operation.ts";

export const GetStatus: Operation = {
  name: "GetStatus",
  read(request) {
    const keys = childElements(request).map(readKey);
    return async (backend, caller) => {
      const entries = await backend.tellStatus(caller, keys);
      const messages = entries.map(writeEntry).join("");
      return `<GetStatusResponse xmlns="${CONTRACT_NAMESPACE}">${messages}</GetStatusResponse>`;
    };
  },
};

export function readKey(node: XmlNode): MessageKey {
  const fields = fieldsOf(node);
  const messageId = fields.text("messageId");
  return messageId === undefined
    ? { clientReference: needed(fields.text("clientReference")) }
    : { messageId };
}

function writeEntry({ key, found, unreadable }: StatusEntry): string {
  const asked =
    "messageId" in key
      ? element("messageId", key.messageId)
      : element("clientReference", key.clientReference);
  const status = found === undefined ? "" : writeStatus(found);
  const there = element("found", found !== undefined || unreadable === true);
  return `<message>${asked}${there}${status}</message>`;
}

function writeStatus(status: MessageStatus): string {
  const { view, certificate } = status;
  const { outcome } = view;
  const reason = outcome?.kind === "notDelivered" ? outcome.reason : undefined;
  const events = status.history.map(
    ({ at, event }) => `<event>${element("at", at)}${element("name", event)}</event>`,
  );
  return [
    "<status>",
    element("messageId", status.messageId),
    element("clientReference", status.clientReference),
    element("stage", view.stage.name),
    element("acceptedAt", status.acceptedAt),
    element("receiptDeadline", status.receiptDeadline),
    element("outcome", outcome?.kind),
    element("outcomeAt", outcome?.at),
    element("reason", reason),
    view.lateDelivery === undefined ? "" : writeLateDelivery(view.lateDelivery),
    `<history>${events.join("")}</history>`,
    `<segments>${view.segments.map(writeSegment).join("")}</segments>`,
    "<certificate>",
    element("state", certificate.state),
    certificate.state === "issued"
      ? element("kind", certificate.kind) +
        element("issuedAt", certificate.issuedAt) +
        element("csv", certificate.csv) +
        element("corrects", certificate.corrects)
      : "",
    certificate.state === "pending" ? element("expectedBy", certificate.expectedBy) : "",
    "</certificate>",
    element("nextExpectedAt", status.nextExpectedAt),
    "</status>",
  ].join("");
}

function writeLateDelivery({ receivedAt, deliveredAt, verdict }: LateDelivery): string {
  return [
    "<lateDelivery>",
    element("receivedAt", receivedAt),
    element("deliveredAt", deliveredAt),
    element("verdict", verdict),
    "</lateDelivery>",
  ].join("");
}

function writeSegment(segment: SegmentView): string {
  return [
    "<segment>",
    element("number", segment.number),
    element("relayedAt", segment.relayedAt),
    element("smscMessageId", segment.smscMessageId),
    element("messageState", segment.messageState),
    element("stateAt", segment.stateAt),
    element("errorCode", segment.errorCode),
    element("conflict", segment.conflict === undefined ? undefined : true),
    "</segment>",
  ].join("");
}
