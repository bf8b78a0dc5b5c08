import type { CallbackNotice, CallbackSecurity, CallbackTarget } from "../domain/callback.ts";
import { HOUR, MINUTE, SECOND } from "../domain/clock.ts";
import { foldMessage } from "../domain/message.ts";
import {
  claimCallbacks,
  findCallback,
  finishCallback,
  putOffCallback,
  type Callback,
  type DueCallback,
} from "../store/parties/callbacks.ts";
import { readChain } from "../store/evidence.ts";
import { readMessage } from "../store/messages.ts";
import { findCallerById } from "../store/parties/users.ts";
import { backOff } from "./back-off.ts";
import { verificationUrl } from "./certify-message.ts";
import type { LifecycleContext } from "./context.ts";
import { inTime } from "./in-time.ts";

/** Longer than a call takes. */
const LEASE = MINUTE;
/** A client gives up long before: this is for what it has no hold of, such as the look-up of a name. */
const LONGEST_CALL = 20 * SECOND;
const BATCH = 20;
const BACK_OFF = { first: 10 * SECOND, most: HOUR };
const PATIENCE = 72 * HOUR;

/**
 * Step 6b. Tells back offices what has happened to their messages, and answers how many events it took
 * up. Each is told until the endpoint takes it, for three days; events of one message keep their order.
 * A process that dies in between tells it again, with the same event id.
 */
export async function callBack(context: LifecycleContext): Promise<number> {
  const { callbacks, db, clock } = context;
  if (!callbacks) return 0;
  const now = clock.now();
  const leaseUntil = new Date(now.getTime() + LEASE);
  const due = await claimCallbacks(db, now, { leaseUntil, limit: BATCH });
  await Promise.all(due.map((each) => tell(context, callbacks, each)));
  return due.length;
}

async function tell(
  context: LifecycleContext,
  sender: NonNullable<LifecycleContext["callbacks"]>,
  due: DueCallback,
): Promise<void> {
  const { db } = context;
  const callback = await findCallback(db, due.entityId);
  const notice = callback?.enabled ? await noticeOf(context, due) : undefined;
  if (!callback || !notice) {
    await finishCallback(db, due);
    return;
  }
  const call = ask(sender, callback, notice);
  const problem = await inTime(context.timers, LONGEST_CALL, call, "the call took too long");
  if (problem === undefined) await finishCallback(db, due);
  else await postpone(context, due, problem);
}

async function ask(
  sender: NonNullable<LifecycleContext["callbacks"]>,
  callback: Callback,
  notice: CallbackNotice,
): Promise<string | undefined> {
  const { entityId, style, url } = callback;
  try {
    const security = securityOf(callback, sender.decrypt);
    const target: CallbackTarget = { entityId, style, url, security };
    return await sender.client.tell(target, notice);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function securityOf(
  { security, username, encryptedSecret }: Callback,
  decrypt: (encrypted: Buffer) => string,
): CallbackSecurity {
  if (security === "none" || !encryptedSecret) return { kind: "none" };
  const secret = decrypt(encryptedSecret);
  return security === "hmac"
    ? { kind: "hmac", secret }
    : { kind: security, username: username ?? "", secret };
}

/** Undefined when the message is gone. */
async function noticeOf(
  { db, settings }: LifecycleContext,
  { eventId, messageId, event, at }: DueCallback,
): Promise<CallbackNotice | undefined> {
  const message = await readMessage(db, messageId);
  const caller = message && (await findCallerById(db, message.userId));
  if (!caller) return undefined;
  const { stage, certificates } = foldMessage(await readChain(db, messageId));
  const certificate = certificates.at(-1);
  return {
    ...{ eventId, event, at, messageId, nif: caller.entity.nif },
    clientReference: message.clientReference,
    stage: stage.name,
    certificate: certificate && {
      kind: certificate.kind,
      csv: certificate.csv,
      verificationUrl: verificationUrl(settings.publicUrl, certificate.csv),
    },
  };
}

async function postpone(
  { db, clock, random, tell: report }: LifecycleContext,
  due: DueCallback,
  cause: string,
): Promise<void> {
  const { messageId, attempts } = due;
  const now = clock.now();
  const over = now.getTime() - due.at.getTime() >= PATIENCE;
  const runAt = new Date(now.getTime() + backOff(attempts, BACK_OFF, random));
  await putOffCallback(db, due, over ? undefined : runAt, cause);
  report(
    over
      ? { name: "givenUp", messageId, step: "callBack", cause }
      : { name: "putOff", messageId, step: "callBack", attempts, cause },
  );
}
