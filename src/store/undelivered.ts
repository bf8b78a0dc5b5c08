import { addDuration } from "../domain/clock.ts";
import type { MessageId } from "../domain/ids.ts";
import type { Connection } from "./connection/database.ts";

const NAME = "earlyWarning";
/** Before the instant of sending: a message is scheduled at most a year ahead. */
const LONGEST_LIFE = { months: -13, milliseconds: 0 };

/** A message that is still waited for. */
export interface Undelivered {
  readonly messageId: MessageId;
  readonly mailbox: string | undefined;
}

/**
 * Moves the cursor of early warnings on to an instant and answers the open messages that it has passed:
 * those whose sending was due between the two. Each message is passed once, whichever process moves it.
 * Messages that were scheduled are due at their instant, at most a year after their acceptance.
 */
export async function passUndelivered(db: Connection, until: Date): Promise<Undelivered[]> {
  await db.query("insert into cursors (name, at) values ($1, $2) on conflict do nothing", [
    NAME,
    until,
  ]);
  const { rows: cursors } = await db.query<{ at: Date }>(
    "select at from cursors where name = $1 for update",
    [NAME],
  );
  const since = cursors[0]?.at ?? until;
  // The keys stand at the messages, too, and each is looked up by itself: those of other years are
  // neither planned nor read.
  const { rows } = await db.query<{ message_id: MessageId; mailbox: string | null }>(
    `with moved as (update cursors set at = greatest(at, $2) where name = $1)
     select w.message_id, m.mailbox from work w
     cross join lateral (select mailbox, scheduled_at, accepted_at from messages
       where message_id = w.message_id
         and message_id >= uuidv7_floor($4) and message_id < uuidv7_floor($2) offset 0) m
     where w.lane = 0 and w.step = 'settle' and not w.dead
       and w.message_id >= uuidv7_floor($4) and w.message_id < uuidv7_floor($2)
       and coalesce(m.scheduled_at, m.accepted_at) >= $3
       and coalesce(m.scheduled_at, m.accepted_at) < $2`,
    [NAME, until, since, addDuration(since, LONGEST_LIFE)],
  );
  return rows.map((row) => ({ messageId: row.message_id, mailbox: row.mailbox ?? undefined }));
}
