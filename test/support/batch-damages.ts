const YEARS_AGO = "'2018-01-01T00:00:00Z'";
const OTHER_ID = "'019a0000-0000-7000-8000-000000000001'";

/** What verify.test.ts makes: a batch that is done and one that waits. */
const batch = (reference: string): string =>
  `(select batch_id from batches where reference = '${reference}')`;
const removed = (table: string): readonly [done: string, undone: string] => [
  `update ${table} set batch_id = ${OTHER_ID} where batch_id = ${batch("done")} and position = 1`,
  `update ${table} set batch_id = ${batch("done")} where batch_id = ${OTHER_ID}`,
];
const SENT = "message_id is not null and kind is null";
const NAMED_AGAIN = `update batch_answers
  set message_id = substring(before from '<IdMissatge>([^<]*)')::uuid where ${SENT}`;

/** What a hand does to batches: how it is done and undone, and what says so. */
export const BATCH_DAMAGES: readonly (readonly [
  what: string,
  done: string,
  undone: string,
  named: string,
])[] = [
  ["a request of a batch", ...removed("batch_requests"), "a batch has all of its requests"],
  [
    "a request of no batch",
    ...removed("batch_requests"),
    "requests, answers and work have their batch",
  ],
  [
    "an answer of a batch that is done",
    ...removed("batch_answers"),
    "a request has its answer or the work that gives it",
  ],
  [
    "the work of a batch that waits",
    `delete from batch_work where batch_id = ${batch("waiting")}`,
    `insert into batch_work select batch_id, received_at, 0 from batches where reference = 'waiting'`,
    "a request has its answer or the work that gives it",
  ],
  [
    "a batch put off for ever",
    "update batch_work set run_at = '2999-01-01'",
    `update batch_work set run_at = ${YEARS_AGO}`,
    "no batch sleeps past its time",
  ],
  [
    "the message of an answer",
    `update batch_answers set message_id = ${OTHER_ID} where ${SENT}`,
    NAMED_AGAIN,
    "an answer has its message",
  ],
  [
    "an answer of another message",
    `update batch_answers a set message_id = (
       select m.message_id from messages m where m.message_id <> a.message_id limit 1) where ${SENT}`,
    NAMED_AGAIN,
    "an answer names its message",
  ],
  [
    "a guard of batches disabled",
    "alter table batch_answers disable trigger batch_answers_guard",
    "alter table batch_answers enable trigger batch_answers_guard",
    "the facts are guarded",
  ],
];
