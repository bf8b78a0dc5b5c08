import { certificateKind } from "../domain/certificate.ts";
import { addDuration, MINUTE, SECOND } from "../domain/clock.ts";
import type { EvidenceBody } from "../domain/evidence.ts";
import { newCsv, type MessageId } from "../domain/ids.ts";
import { foldMessage } from "../domain/message.ts";
import { decideOutcome, type Outcome } from "../domain/outcome.ts";
import { insertCode, insertOutcome } from "../store/certificates.ts";
import { transaction, type Connection } from "../store/database.ts";
import { appendEvidence, readChain } from "../store/evidence.ts";
import { readMessage } from "../store/messages.ts";
import { claim, enqueue, finish, giveUp, retry, type Work } from "../store/work.ts";
import type { LifecycleContext } from "./context.ts";

const LEASE = MINUTE;
const BATCH = 200;
/** How soon to look again while the relay step has an answer in flight. */
const IN_FLIGHT = 5 * SECOND;

/**
 * Step 4. Closes messages: delivered as soon as every segment is, not delivered when the deadline and
 * the grace for receipts in flight have passed. Answers how many it looked at. The first outcome that
 * is inserted stands; a closed outcome never reopens.
 */
export async function settleOutcomes(context: LifecycleContext): Promise<number> {
  const now = context.clock.now();
  const due = await claim(context.db, "settle", now, { leaseMilliseconds: LEASE, limit: BATCH });
  for (const work of due) {
    await transaction(context.db, (client) => settle(context, client, work, now));
  }
  if (due.length > 0) context.wake("certify");
  return due.length;
}

async function settle(
  context: LifecycleContext,
  client: Connection,
  work: Work,
  now: Date,
): Promise<void> {
  const message = await readMessage(client, work.messageId);
  const chain = await readChain(client, work.messageId);
  const view = foldMessage(chain);
  if (!message || view.outcome || view.stage.name === "cancelled") {
    await finish(client, work);
    return;
  }
  const { receiptDeadline } = message;
  const decideAt = addDuration(receiptDeadline, context.settings.receiptGrace);
  const decision = decideOutcome(view, { now, receiptDeadline, decideAt });
  switch (decision.kind) {
    case "hold":
      await giveUp(client, work, `conflict: ${decision.why}`);
      return;
    case "wait": {
      const soon = new Date(now.getTime() + IN_FLIGHT);
      const until = view.stage.name === "relaying" && soon < decideAt ? soon : decision.until;
      await retry(client, work, until, "waiting for receipts");
      return;
    }
    case "settle": {
      if (!(await insertOutcome(client, work.messageId, decision.outcome, now))) {
        await finish(client, work);
        return;
      }
      await appendEvidence(client, chain, now, [eventOf(decision.outcome)]);
      await reserveCertificate(context, client, work.messageId, decision.outcome, now);
      await finish(client, work);
    }
  }
}

function eventOf(outcome: Outcome): EvidenceBody {
  return outcome.kind === "delivered"
    ? { event: "ContentHandover", deliveredAt: outcome.at.toISOString() }
    : { event: "ContentHandoverFailure", reason: outcome.reason };
}

async function reserveCertificate(
  context: LifecycleContext,
  client: Connection,
  messageId: MessageId,
  outcome: Outcome,
  now: Date,
): Promise<void> {
  const kind = certificateKind(outcome);
  await insertCode(client, { csv: newCsv(context.random), messageId, kind });
  await enqueue(client, "certify", messageId, now);
}
