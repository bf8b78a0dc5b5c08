import type pg from "pg";
import { MINUTE } from "../domain/clock.ts";
import type { EvidenceBody } from "../domain/evidence.ts";
import type { MessageId } from "../domain/ids.ts";
import { IllegalEvidence, mayFollow, tryFold } from "../domain/message.ts";
import { transaction } from "../store/database.ts";
import { appendEvidence, readChains, type Addition } from "../store/evidence.ts";
import { readCandidates, takeUnmatched, type Candidate } from "../store/receipts.ts";
import { enqueue } from "../store/work.ts";
import type { LifecycleContext } from "./context.ts";

const BATCH = 2_000;
/** How long a submit answer may still be on its way before a receipt is tried without its id. */
const UNCONFIRMED_AFTER = 2 * MINUTE;
/**
 * Step 3, second half: joins receipts to the segments that wait for them, and answers how many it
 * matched. It is a sweep over what is unmatched, so a receipt and a submit answer that were written at
 * the same moment, each without seeing the other, meet at the next one.
 */
export async function matchReceipts(context: LifecycleContext): Promise<number> {
  const now = context.clock.now();
  const unconfirmedBefore = new Date(now.getTime() - UNCONFIRMED_AFTER);
  let after = "00000000-0000-0000-0000-000000000000";
  let matched = 0;
  for (let read = BATCH; read === BATCH;) {
    const page = await transaction(context.db, async (client) => {
      const candidates = await readCandidates(client, { after, unconfirmedBefore, limit: BATCH });
      const fits = onlyFits(candidates);
      return { candidates, matched: fits.length === 0 ? [] : await record(client, fits, now) };
    });
    for (const { messageId, segment, receipt } of page.matched) {
      context.tell({ name: "receipt", messageId, segment, messageState: receipt.messageState });
    }
    read = page.candidates.length;
    after = page.candidates.at(-1)?.receipt.receiptId ?? after;
    matched += page.matched.length;
  }
  if (matched > 0) context.wake("settle");
  return matched;
}

/** A receipt that fits two segments is taken for none: which one it is about is not guessed. */
function onlyFits(candidates: readonly Candidate[]): Candidate[] {
  const times = new Map<string, number>();
  for (const { receipt } of candidates) {
    times.set(receipt.receiptId, (times.get(receipt.receiptId) ?? 0) + 1);
  }
  return candidates.filter(({ receipt }) => times.get(receipt.receiptId) === 1);
}

async function record(
  client: pg.PoolClient,
  matches: readonly Candidate[],
  now: Date,
): Promise<readonly Candidate[]> {
  const chains = await readChains(
    client,
    matches.map(({ messageId }) => messageId),
  );
  const open = matches.filter(({ messageId }) => {
    const view = tryFold(chains.get(messageId) ?? []);
    return !(view instanceof IllegalEvidence) && mayFollow(view.stage, "DeliveryReceipt");
  });
  const taken = await takeUnmatched(
    client,
    open.map(({ receipt }) => receipt.receiptId),
  );
  const mine = open.filter(({ receipt }) => taken.has(receipt.receiptId));
  const additions = new Map<MessageId, Addition & { bodies: EvidenceBody[] }>();
  for (const match of mine) {
    const { messageId } = match;
    const addition = additions.get(messageId) ?? {
      messageId,
      chain: chains.get(messageId) ?? [],
      bodies: [],
    };
    addition.bodies.push(evidenceOf(match));
    additions.set(messageId, addition);
  }
  if (mine.length > 0) {
    await appendEvidence(client, now, [...additions.values()]);
    await enqueue(client, "settle", [...additions.keys()], now);
  }
  return mine;
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
