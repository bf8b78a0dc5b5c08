-- Since when a step waits for a person.
alter table work add column given_up_at timestamptz;
alter table work add constraint work_given_up check (dead or given_up_at is null);
create index work_given_up on work (step, given_up_at) where dead;
