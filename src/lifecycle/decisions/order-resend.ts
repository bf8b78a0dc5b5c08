import { foldMessage, mayFollow, type Stage } from "../../domain/message.ts";
import { transaction } from "../../store/connection/database.ts";
import { appendEvidence, readChain } from "../../store/evidence.ts";
import { readMessage } from "../../store/messages.ts";
import { enqueue } from "../../store/work.ts";
import type { MessageId } from "../../domain/ids.ts";
import type { LifecycleContext } from "../context.ts";

/** Why an order to send again is not followed. */
export type ResendRefusal = "unknown" | "notIndeterminate" | "orderedAlready" | "ended" | "tooLate";

const ENDED: readonly Stage["name"][] = ["delivered", "notDelivered", "cancelled"];

/**
 * A person's decision, never the service's: a message whose acceptance was not confirmed is sent
 * again, although the recipient may get it twice. Who decided and why becomes evidence, which the
 * certificate tells.
 */
export async function orderResend(
  { db, clock }: Pick<LifecycleContext, "db" | "clock">,
  messageId: MessageId,
  order: { readonly orderedBy: string; readonly reason: string },
): Promise<"ordered" | ResendRefusal> {
  return transaction(db, async (client) => {
    const now = clock.now();
    const message = await readMessage(client, messageId);
    if (!message) return "unknown";
    const chain = await readChain(client, messageId);
    const { stage } = foldMessage(chain);
    if (ENDED.includes(stage.name)) return "ended";
    if (now >= message.receiptDeadline) return "tooLate";
    if (stage.name !== "indeterminate") return "notIndeterminate";
    if (!mayFollow(stage, "ResendOrdered")) return "orderedAlready";
    await appendEvidence(client, now, [
      { messageId, chain, bodies: [{ event: "ResendOrdered", ...order }] },
    ]);
    await enqueue(client, "relay", [messageId], now);
    return "ordered";
  });
}
