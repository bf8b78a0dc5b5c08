import type pg from "pg";
import { createBatcher } from "./batch.ts";
import { retrying } from "./connection/database.ts";
import { insertReceipts, type StoredReceipt } from "./receipts.ts";

/** Stores each report; durable when it resolves. Those that come together share a commit. */
export function createReceiptInbox(
  db: pg.Pool,
  onBatch?: (size: number) => void,
): (receipt: StoredReceipt) => Promise<void> {
  return createBatcher<StoredReceipt, undefined>(
    async (receipts) => {
      await retrying(() => insertReceipts(db, receipts));
      return receipts.map(() => undefined);
    },
    { onBatch },
  );
}
