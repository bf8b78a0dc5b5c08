import type { UsageRow } from "../../store/parties/usage.ts";
import { CONTRACT_NAMESPACE } from "../contract.ts";
import { element } from "../xml/write.ts";
import { fieldsOf, needed } from "./fields.ts";
import type { Operation } from "./operation.ts";

export const GetUsage: Operation = {
  name: "GetUsage",
  read(request) {
    const fields = fieldsOf(request);
    const from = needed(fields.token("from"));
    const until = fields.token("until") ?? from;
    return async (backend, caller) => {
      const rows = await backend.tellUsage(caller, { from, until });
      const written = rows.map(writeRow).join("");
      return `<GetUsageResponse xmlns="${CONTRACT_NAMESPACE}">${written}</GetUsageResponse>`;
    };
  },
};

function writeRow(row: UsageRow): string {
  return [
    "<usage>",
    element("month", row.month),
    element("username", row.username),
    element("costCentre", row.costCentre),
    element("channel", row.channel),
    element("outcome", row.outcome),
    element("messages", row.messages),
    element("segments", row.segments),
    element("creditedSegments", row.creditedSegments),
    element("certificates", row.certificates),
    element("amount", row.amount),
    "</usage>",
  ].join("");
}
