import type pg from "pg";
import type { BusinessEvent } from "../domain/business-event.ts";
import { addDuration } from "../domain/clock.ts";
import type { EvidenceBody } from "../domain/evidence.ts";
import { newCsv } from "../domain/ids.ts";
import type { LateInstants } from "../domain/late-delivery.ts";
import type { LateDelivery } from "../domain/outcome.ts";
import type { Message } from "../domain/submission.ts";
import { reserveCodes } from "../store/certificates.ts";
import { appendEvidence, type Addition } from "../store/evidence.ts";
import { enqueue, type Work } from "../store/work.ts";
import type { LifecycleContext } from "./context.ts";

/** Between which instants a delivery that is reported late must have taken place. */
export function lateInstants(
  message: Message,
  settings: Pick<LifecycleContext["settings"], "receiptGrace" | "operatorZone">,
): LateInstants {
  return {
    from: message.scheduledAt ?? message.acceptedAt,
    receiptDeadline: message.receiptDeadline,
    decideAt: addDuration(message.receiptDeadline, settings.receiptGrace),
    zone: settings.operatorZone,
  };
}

/** What a late delivery of a message means. */
export interface Judgement {
  readonly work: Work;
  readonly chain: Addition["chain"];
  readonly late: LateDelivery;
}

/**
 * Tells once what each late delivery means, in the transaction that read the chains; one inside the
 * period gets the code of its corrective certificate and the work that makes it.
 */
export async function recordLateDeliveries(
  context: Pick<LifecycleContext, "random">,
  client: pg.PoolClient,
  judgements: readonly Judgement[],
  now: Date,
): Promise<BusinessEvent[]> {
  if (judgements.length === 0) return [];
  const additions = judgements.map(({ work: { messageId }, chain, late }) => {
    return { messageId, chain, bodies: [eventOf(late)] };
  });
  await appendEvidence(client, now, additions);
  const correcting = judgements.filter(({ late }) => late.verdict === "withinPeriod");
  const codes = correcting.map(({ work: { messageId } }) => {
    return { messageId, kind: "corrective" as const, csv: newCsv(now, context.random) };
  });
  await reserveCodes(client, codes);
  const ids = codes.map(({ messageId }) => messageId);
  await enqueue(client, "certify", ids, now);
  return judgements.map(({ work: { messageId }, late: { verdict } }) => {
    return { name: "deliveredLate", messageId, verdict };
  });
}

function eventOf({ receivedAt, deliveredAt, verdict }: LateDelivery): EvidenceBody {
  return {
    event: "LateDelivery",
    receivedAt: receivedAt.toISOString(),
    deliveredAt: deliveredAt?.toISOString() ?? null,
    verdict,
  };
}
