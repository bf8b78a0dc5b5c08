import { BACKUP, type QueriedInvariant } from "./invariants.ts";

/** Of each batch, as long as its answers are kept. */
export const OF_BATCHES: readonly QueriedInvariant[] = [
  {
    name: "requests, answers and work have their batch",
    remedy: BACKUP,
    sql: `select f.batch_id as id, 'only ' || string_agg(distinct what, ', ') as detail from (
        select batch_id, 'requests' as what from batch_requests where batch_id = any($1)
        union all select batch_id, 'answers' from batch_answers where batch_id = any($1)
        union all select batch_id, 'work' from batch_work where batch_id = any($1)) f
      where not exists (select from batches b where b.batch_id = f.batch_id)
      group by f.batch_id`,
  },
  {
    name: "a batch has all of its requests",
    remedy: BACKUP,
    sql: `select b.batch_id as id, count(r.position) || ' of ' || b.size || ' requests' as detail
      from batches b left join batch_requests r using (batch_id)
      where b.batch_id = any($1)
      group by b.batch_id, b.size having count(r.position) <> b.size`,
  },
  {
    name: "a request has its answer or the work that gives it",
    remedy: "insert the batch_work of its batch: run_at now, attempts 0",
    sql: `select r.batch_id as id, count(*) || ' requests without an answer' as detail
      from batch_requests r where r.batch_id = any($1)
        and not exists (select from batch_answers a
          where a.batch_id = r.batch_id and a.position = r.position)
        and not exists (select from batch_work w where w.batch_id = r.batch_id)
      group by r.batch_id`,
  },
  {
    name: "an answer has its message",
    remedy: BACKUP,
    sql: `select a.batch_id as id, 'answer ' || a.position || ' without its message' as detail
      from batch_answers a join batches b using (batch_id)
      where a.batch_id = any($1) and a.message_id is not null and not exists (
        select from messages m where m.message_id = a.message_id and m.entity_id = b.entity_id)`,
  },
  {
    name: "an answer names its message",
    remedy: BACKUP,
    sql: `select batch_id as id, 'answer ' || position || ' names another message' as detail
      from batch_answers where batch_id = any($1) and message_id is not null
        and position('>' || message_id || '<' in before) = 0`,
  },
];
