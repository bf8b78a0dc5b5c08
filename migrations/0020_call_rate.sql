-- How many calls of an entity each replica answers in a second; null: as many as the settings say.

alter table entities add column calls_per_second integer check (calls_per_second > 0);
