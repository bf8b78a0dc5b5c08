-- What messages cost, and finding them again.

alter table charges drop constraint charges_item_check;
alter table charges add constraint charges_item_check
  -- smsCredit gives back the segments of a message of which nothing was relayed.
  check (item in ('sms', 'smsCredit', 'certificate'));
-- Charges come in the order of time: a few pages tell which blocks hold a month.
create index charges_at on charges using brin (at);

-- What a unit costs from an instant on; of one entity, or of all that have no tariff of their own.
-- Never changed, and never from an instant that has passed, so that a report always says the same.
create table tariffs (
  item text not null check (item in ('sms', 'certificate')),
  entity_id uuid references entities,
  valid_from timestamptz not null,
  -- Euros, without taxes.
  price numeric(12, 6) not null check (price >= 0),
  unique nulls not distinct (item, entity_id, valid_from)
);
create trigger tariffs_guard before update or delete on tariffs
  for each row execute function guard_fact();
create trigger tariffs_no_truncate before truncate on tariffs
  for each statement execute function refuse_truncate();
grant select, insert on tariffs to sms_certificat_app;

-- An entity looks for what it sent: by time, and by recipient.
create index messages_entity on messages (entity_id, message_id);
create index messages_recipient on messages (entity_id, recipient_msisdn, message_id);
