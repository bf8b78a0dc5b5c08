import type { Stage } from "../../domain/message.ts";
import type { FoundMessage } from "../../lifecycle/calls/search-messages.ts";
import { CONTRACT_NAMESPACE } from "../contract.ts";
import { element } from "../xml/write.ts";
import { fieldsOf, needed } from "./fields.ts";
import type { Operation } from "./operation.ts";

const PAGE = 50;

export const SearchMessages: Operation = {
  name: "SearchMessages",
  read(request) {
    const fields = fieldsOf(request);
    const search = {
      acceptedFrom: needed(fields.instant("acceptedFrom")),
      acceptedUntil: fields.instant("acceptedUntil"),
      recipient: fields.token("recipient"),
      clientReference: fields.text("clientReference"),
      fileNumber: fields.token("fileNumber"),
      costCentre: fields.token("costCentre"),
      username: fields.token("username"),
      // The schema has the list of stages.
      stage: fields.text("stage") as Stage["name"] | undefined,
      cursor: fields.token("cursor"),
      pageSize: Number(fields.token("pageSize") ?? PAGE),
    };
    return async (backend, caller) => {
      const { found, nextCursor } = await backend.searchMessages(caller, search);
      return [
        `<SearchMessagesResponse xmlns="${CONTRACT_NAMESPACE}">`,
        ...found.map(writeFound),
        element("nextCursor", nextCursor),
        "</SearchMessagesResponse>",
      ].join("");
    };
  },
};

function writeFound({ message, username, view }: FoundMessage): string {
  const { outcome } = view;
  const certificate = view.certificates.at(-1);
  return [
    "<message>",
    element("messageId", message.messageId),
    element("clientReference", message.clientReference),
    element("acceptedAt", message.acceptedAt),
    element("recipient", message.recipient.msisdn),
    element("fileNumber", message.fileNumber),
    element("costCentre", message.costCentre),
    element("username", username),
    element("stage", view.stage.name),
    element("outcome", outcome?.kind),
    element("certificate", certificate?.kind),
    "</message>",
  ].join("");
}
