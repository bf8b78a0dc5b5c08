import { HOUR, MINUTE } from "../../domain/clock.ts";
import { sha256 } from "../../domain/content.ts";
import {
  claimConfirmations,
  markBounced,
  putOffConfirmation,
  type DueConfirmation,
} from "../../store/parties/mailboxes.ts";
import { findCallerById } from "../../store/parties/users.ts";
import { backOff } from "../back-off.ts";
import type { LifecycleContext } from "../context.ts";
import type { Mailer } from "../ports.ts";

const LEASE = 3 * MINUTE;
const BACK_OFF = { first: MINUTE, most: HOUR };

/**
 * Mails the links by which mailboxes are confirmed, and answers how many it took up. One that cannot be
 * mailed before its link ends is left unconfirmed: `mailbox list` shows it.
 */
export async function confirmMailboxes(context: LifecycleContext): Promise<number> {
  const { mailer, clock, db } = context;
  if (!mailer) return 0;
  const now = clock.now();
  const due = await claimConfirmations(db, now, new Date(now.getTime() + LEASE));
  await Promise.all(due.map((each) => confirm(context, mailer, each)));
  return due.length;
}

async function confirm(
  context: LifecycleContext,
  mailer: Mailer,
  due: DueConfirmation,
): Promise<void> {
  const { db, clock, settings, random } = context;
  const caller = await findCallerById(db, due.userId);
  if (!caller || due.validUntil <= clock.now()) {
    await putOffConfirmation(db, due, undefined);
    return;
  }
  const answer = await mailer.sendConfirmation({
    id: `mailbox.${sha256(due.token).slice(0, 32)}`,
    to: due.address,
    at: clock.now(),
    language: caller.entity.language ?? "ca",
    entityName: caller.entity.name,
    username: caller.user.username,
    link: `${settings.publicUrl}/bustia/${due.token}`,
    validUntil: due.validUntil,
  });
  if (answer.kind === "refused") await markBounced(db, due.address, clock.now(), answer.reply);
  const wait = backOff(due.attempts, BACK_OFF, random);
  const again = answer.kind === "failed" ? new Date(clock.now().getTime() + wait) : undefined;
  await putOffConfirmation(db, due, again);
}
