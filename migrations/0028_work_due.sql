-- A claim names the lane too. With all that it asks for in one index no statistics, nor their want in a
-- database that was filled just now, can make it read every row of a step instead of those that are due.
drop index work_due;
create index work_due on work (lane, step, run_at) where not dead;
