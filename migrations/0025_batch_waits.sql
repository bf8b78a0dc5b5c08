-- A request of a batch that could not be answered yet, and when it is tried again; the others go on.

create table batch_waits (
  batch_id uuid not null references batch_work on delete cascade,
  position smallint not null,
  attempts integer not null check (attempts > 0),
  -- When it failed first.
  since timestamptz not null,
  run_at timestamptz not null,
  cause text not null,
  primary key (batch_id, position)
);
grant select, insert, update, delete on batch_waits to sms_certificat_app;

-- An answer names its message also when it is that of a submission, so that the two can be compared.
alter table batch_answers drop constraint batch_answers_check;
alter table batch_answers add constraint batch_answers_check check (kind is null or message_id is not null);
