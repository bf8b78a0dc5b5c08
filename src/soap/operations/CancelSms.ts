import { CONTRACT_NAMESPACE } from "../contract.ts";
import { element } from "../xml/write.ts";
import { readKey } from "./GetStatus.ts";
import type { Operation } from "./operation.ts";

export const CancelSms: Operation = {
  name: "CancelSms",
  read(request) {
    const key = readKey(request);
    return async (backend, caller) => {
      const cancelled = await backend.cancelMessage(caller, key);
      return [
        `<CancelSmsResponse xmlns="${CONTRACT_NAMESPACE}">`,
        element("messageId", cancelled.messageId),
        element("clientReference", cancelled.clientReference),
        element("cancelledAt", cancelled.cancelledAt),
        "</CancelSmsResponse>",
      ].join("");
    };
  },
};
