import { sha256 } from "../../domain/content.ts";
import { UUID, type MessageId } from "../../domain/ids.ts";
import { listMailboxTokens, markBounced } from "../../store/parties/mailboxes.ts";
import { readMessage } from "../../store/messages.ts";
import type { LifecycleContext } from "../context.ts";
import type { Bounce, BounceBox } from "../ports.ts";

/**
 * Marks the mailboxes to which mail comes back, and answers how many reports there were. A report
 * counts only when it names a mail that we sent to that mailbox: anybody can write one.
 */
export async function recordBounces(context: LifecycleContext, box: BounceBox): Promise<number> {
  return box.take(async (bounce) => {
    if (!(await isOurs(context, bounce))) return;
    await markBounced(context.db, bounce.recipient, context.clock.now(), bounce.reason);
  });
}

async function isOurs({ db }: LifecycleContext, { id, recipient }: Bounce): Promise<boolean> {
  const [name = "", rest = ""] = id.split(".");
  if (name === "mailbox") {
    const tokens = await listMailboxTokens(db, recipient);
    return tokens.some((token) => sha256(token).startsWith(rest) && rest.length === 32);
  }
  if (!UUID.test(name)) return false;
  const message = await readMessage(db, name as MessageId);
  return message?.mailbox?.toLowerCase() === recipient.toLowerCase();
}
