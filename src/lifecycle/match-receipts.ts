import { MINUTE } from "../domain/clock.ts";
import type { EvidenceBody } from "../domain/evidence.ts";
import { foldMessage, mayFollow } from "../domain/message.ts";
import { transaction } from "../store/database.ts";
import { appendEvidence, readChain } from "../store/evidence.ts";
import { readCandidates, takeUnmatched, type Candidate } from "../store/receipts.ts";
import { enqueue } from "../store/work.ts";
import type { LifecycleContext } from "./context.ts";

const BATCH = 500;
/** How long a submit answer may still be on its way before a receipt is tried without its id. */
const UNCONFIRMED_AFTER = 2 * MINUTE;
/** Operators' clocks and ours differ; a receipt this much older than its relay is another message's. */
const CLOCK_SLACK = 10 * MINUTE;

/**
 * Step 3, second half: joins receipts to the segments that wait for them, and answers how many it
 * matched. It is a sweep over what is unmatched, so a receipt and a submit answer that were written at
 * the same moment, each without seeing the other, meet at the next one.
 */
export async function matchReceipts(context: LifecycleContext): Promise<number> {
  const now = context.clock.now();
  const candidates = await readCandidates(context.db, {
    unconfirmedBefore: new Date(now.getTime() - UNCONFIRMED_AFTER),
    limit: BATCH,
  });
  let matched = 0;
  for (const group of groupByReceipt(candidates)) {
    const match = theOnlyOne(group);
    if (match && (await record(context, match))) matched += 1;
  }
  if (matched > 0) context.wake("settle");
  return matched;
}

function groupByReceipt(candidates: readonly Candidate[]): Candidate[][] {
  const groups = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const { receiptId } = candidate.receipt;
    groups.set(receiptId, [...(groups.get(receiptId) ?? []), candidate]);
  }
  return [...groups.values()];
}

/** Ids are used again after weeks, so the number and the time must agree; two that fit are none. */
function theOnlyOne(group: readonly Candidate[]): Candidate | undefined {
  const fitting = group.filter(
    ({ receipt, recipient, relayedAt }) =>
      (receipt.recipient === undefined || receipt.recipient === recipient) &&
      receipt.receivedAt.getTime() >= relayedAt.getTime() - CLOCK_SLACK,
  );
  return fitting.length === 1 ? fitting[0] : undefined;
}

async function record(context: LifecycleContext, match: Candidate): Promise<boolean> {
  return transaction(context.db, async (client) => {
    const chain = await readChain(client, match.messageId);
    const body = evidenceOf(match);
    if (!mayFollow(foldMessage(chain).stage, body.event)) return false;
    if (!(await takeUnmatched(client, match.receipt.receiptId))) return false;
    const now = context.clock.now();
    await appendEvidence(client, chain, now, [body]);
    await enqueue(client, "settle", match.messageId, now);
    return true;
  });
}

function evidenceOf({ receipt, segment, matchedBy }: Candidate): EvidenceBody {
  return {
    event: "DeliveryReceipt",
    receiptId: receipt.receiptId,
    segment,
    matchedBy,
    messageState: receipt.messageState,
    errorCode: receipt.errorCode ?? null,
    operatorDoneDate: receipt.operatorDoneDate ?? null,
    receivedAt: receipt.receivedAt.toISOString(),
    rawSha256: receipt.rawSha256,
    doubt: receipt.doubt ?? null,
  };
}
