import { mayReach, type Caller } from "../../domain/entity.ts";
import { UUID, type MessageId } from "../../domain/ids.ts";
import type { Message } from "../../domain/submission.ts";
import { findByReference, readMessages } from "../../store/messages.ts";
import type { LifecycleContext } from "../context.ts";

/** How a caller names a message of its own entity. */
export type MessageKey = { readonly messageId: string } | { readonly clientReference: string };

/**
 * The messages behind keys, in the order of the keys. What another entity sent is not there, nor is what
 * another user of the entity sent, unless the caller may consult it.
 */
export async function findMessages(
  context: LifecycleContext,
  caller: Caller,
  keys: readonly MessageKey[],
): Promise<(Message | undefined)[]> {
  const { entityId } = caller.entity;
  const references = keys.flatMap((key) => ("clientReference" in key ? [key.clientReference] : []));
  const byReference = await findByReference(context.db, entityId, references);
  const ids = keys.map((key) => {
    if ("clientReference" in key) return byReference.get(key.clientReference);
    const messageId = key.messageId.toLowerCase();
    return UUID.test(messageId) ? (messageId as MessageId) : undefined;
  });
  const messages = await readMessages(
    context.db,
    ids.filter((id) => id !== undefined),
  );
  const byId = new Map(
    messages
      .filter((message) => message.entityId === entityId && mayReach(caller.user, message.userId))
      .map((m) => [m.messageId, m]),
  );
  return ids.map((id) => id && byId.get(id));
}
