import type pg from "pg";
import { MINUTE } from "../domain/clock.ts";
import type { EvidenceBody } from "../domain/evidence.ts";
import type { MessageId } from "../domain/ids.ts";
import { transaction } from "../store/connection/database.ts";
import { appendEvidence, type Addition } from "../store/evidence.ts";
import {
  readCandidates,
  takeUnmatched,
  type Candidate,
  type TakenReceipt,
} from "../store/receipts.ts";
import { enqueue } from "../store/work.ts";
import type { LifecycleContext } from "./context.ts";

const BATCH = 2_000;
/** Connections that record at the same time; a message is always recorded by the same one. */
const LANES = 2;
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
  for (let read = BATCH; read === BATCH && !context.stopping.aborted;) {
    const page = await readCandidates(context.db, { after, unconfirmedBefore, limit: BATCH });
    read = page.length;
    const candidates = read < BATCH ? page : withoutCut(page);
    after = candidates.at(-1)?.receiptId ?? after;
    const recorded = await Promise.all(
      byMessage(onlyFits(candidates)).map((fits) =>
        transaction(context.db, (client) => record(client, fits, now)),
      ),
    );
    for (const { candidate, messageState } of recorded.flat()) {
      const { messageId, segment } = candidate;
      context.tell({ name: "receipt", messageId, segment, messageState });
      matched += 1;
    }
  }
  if (matched > 0) context.wake("settle");
  return matched;
}

/** Cut so that no message is in two parts: two receipts about it would contend for one place. */
function byMessage(candidates: readonly Candidate[]): Candidate[][] {
  const lanes = Array.from({ length: LANES }, (): Candidate[] => []);
  for (const candidate of candidates) {
    // The random end of the id.
    lanes[Number.parseInt(candidate.messageId.slice(-4), 16) % LANES]?.push(candidate);
  }
  return lanes.filter((lane) => lane.length > 0);
}

/** A full page may end between the fits of one receipt: all of them are left to the next page. */
function withoutCut(page: readonly Candidate[]): readonly Candidate[] {
  const last = page.at(-1)?.receiptId;
  const whole = page.filter(({ receiptId }) => receiptId !== last);
  // One that fills a page alone fits many, and is taken for none.
  return whole.length > 0 ? whole : page;
}

/** A receipt that fits two segments is taken for none: which one it is about is not guessed. */
function onlyFits(candidates: readonly Candidate[]): Candidate[] {
  const times = new Map<string, number>();
  for (const { receiptId } of candidates) times.set(receiptId, (times.get(receiptId) ?? 0) + 1);
  return candidates.filter(({ receiptId }) => times.get(receiptId) === 1);
}

/** A receipt may follow whatever is told of its message, so only the end of the chain is read. */
async function record(
  client: pg.PoolClient,
  fits: readonly Candidate[],
  now: Date,
): Promise<readonly TakenReceipt[]> {
  const taken = await takeUnmatched(client, fits);
  const additions = new Map<MessageId, Addition & { bodies: EvidenceBody[] }>();
  for (const receipt of taken) {
    const { messageId } = receipt.candidate;
    const addition = additions.get(messageId) ?? { messageId, chain: [receipt.head], bodies: [] };
    addition.bodies.push(evidenceOf(receipt));
    additions.set(messageId, addition);
  }
  if (taken.length > 0) {
    await appendEvidence(client, now, [...additions.values()]);
    await enqueue(client, "settle", [...additions.keys()], now);
  }
  return taken;
}

function evidenceOf({ candidate, ...receipt }: TakenReceipt): EvidenceBody {
  return {
    event: "DeliveryReceipt",
    receiptId: candidate.receiptId,
    segment: candidate.segment,
    matchedBy: candidate.matchedBy,
    messageState: receipt.messageState,
    errorCode: receipt.errorCode ?? null,
    operatorDoneDate: receipt.operatorDoneDate ?? null,
    receivedAt: receipt.receivedAt.toISOString(),
    rawSha256: receipt.rawSha256,
    doubt: receipt.doubt ?? null,
  };
}
