-- Some clients expect signed answers.

alter table entities add column responses_signed boolean not null default false;
