import { uuidv7, type ReceiptId } from "../domain/ids.ts";
import type { LifecycleContext } from "./context.ts";
import type { ArrivedReceipt } from "./ports.ts";

/**
 * Step 3. When this resolves the report is durable as it came, and the link may acknowledge it to the
 * operator. What it means for a message is found out afterwards (match-receipts.ts), so a report that
 * comes early, twice or for nobody is kept all the same.
 */
export async function recordReceipt(
  context: Pick<LifecycleContext, "random" | "inbox" | "wake">,
  arrived: ArrivedReceipt,
): Promise<void> {
  const receiptId = uuidv7(arrived.receivedAt, context.random) as ReceiptId;
  await context.inbox({ ...arrived, receiptId });
  context.wake("match");
}
