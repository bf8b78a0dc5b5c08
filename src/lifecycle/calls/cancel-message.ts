import { assertMay, mayReach, type Caller } from "../../domain/entity.ts";
import { ServiceError } from "../../domain/errors.ts";
import type { MessageId } from "../../domain/ids.ts";
import { foldMessage, isNothingRelayed, mayFollow } from "../../domain/message.ts";
import type { Message } from "../../domain/submission.ts";
import { creditSms } from "../../store/charges.ts";
import { transaction } from "../../store/connection/database.ts";
import { appendEvidence, readChain } from "../../store/evidence.ts";
import { abandon } from "../../store/work.ts";
import type { LifecycleContext } from "../context.ts";
import { findMessages, type MessageKey } from "./find-message.ts";

export interface Cancellation {
  readonly messageId: MessageId;
  readonly clientReference: string;
  readonly cancelledAt: Date;
}

/**
 * Cancels a message of which nothing was relayed: it is not sent, its SMS is given back, and there is
 * no certificate. A message that is cancelled already is answered the same again. The evidence's
 * primary key decides between a cancellation and a relay that begins at the same moment.
 *
 * @throws ServiceError NotAuthorised; MessageNotFound; NotCancellable when the operator may have it
 */
export async function cancelMessage(
  context: LifecycleContext,
  caller: Caller,
  key: MessageKey,
): Promise<Cancellation> {
  assertMay(caller, context.clock.now(), "send", "administer");
  const [message] = await findMessages(context, caller, [key]);
  if (!message || !mayCancel(caller, message)) throw new ServiceError("MessageNotFound");
  const { messageId, clientReference } = message;
  const cancelledAt = await transaction(context.db, async (client) => {
    const now = context.clock.now();
    const chain = await readChain(client, messageId);
    const view = foldMessage(chain);
    if (view.stage.name === "cancelled") return view.stage.since;
    if (!mayFollow(view.stage, "SubmissionCancelled") || !isNothingRelayed(view)) {
      throw new ServiceError("NotCancellable");
    }
    const { username } = caller.user;
    await appendEvidence(client, now, [
      { messageId, chain, bodies: [{ event: "SubmissionCancelled", cancelledBy: username }] },
    ]);
    await creditSms(client, [{ ...message, units: message.segmentCount }], now);
    await abandon(client, messageId);
    return now;
  });
  return { messageId, clientReference, cancelledAt };
}

/** What others sent is cancelled by those who administer the entity only. */
function mayCancel({ user }: Caller, message: Message): boolean {
  if (message.userId === user.userId) return true;
  return user.permissions.includes("administer") && mayReach(user, message.userId);
}
