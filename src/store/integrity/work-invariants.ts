import type { QueriedInvariant } from "./invariants.ts";

/** Of what is left to be done about messages; `$4` is the present instant. */
export const OF_WORK: readonly QueriedInvariant[] = [
  {
    name: "work is of a message that is there",
    remedy: "delete the row: nothing is left to be done",
    sql: `select w.message_id as id, w.step || ' of no message' as detail from work w
      where w.message_id = any($1) and $4::timestamptz is not null
        and not exists (select from messages m where m.message_id = w.message_id)`,
  },
  {
    name: "no work sleeps past its time",
    remedy: "set its run_at to now",
    sql: `select w.message_id as id, w.step || ' sleeps until ' || w.run_at as detail
      from work w join messages m using (message_id)
      where w.message_id = any($1) and not w.dead
        and w.run_at > interval '1 day' + greatest($4, case w.step
          when 'settle' then m.receipt_deadline
          when 'relay' then coalesce(m.scheduled_at, m.accepted_at) else $4 end)`,
  },
  {
    name: "a segment that is awaited is of a message that is there",
    remedy: "delete the row: nobody is told of its receipts",
    sql: `select a.message_id as id, 'segment ' || a.segment || ' of no message' as detail
      from awaited_segments a
      where a.message_id = any($1) and $4::timestamptz is not null
        and not exists (select from messages m where m.message_id = a.message_id)`,
  },
];
