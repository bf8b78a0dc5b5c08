-- A mailbox receives certificates when its owner has confirmed it by the link that is mailed to it, and
-- until a mail to it comes back.

alter table mailboxes
  -- Known to whoever reads the mailbox; gone once it is confirmed.
  add column confirmation_token text unique,
  add column confirmed_at timestamptz,
  -- When the mail with the link is due; null when none is.
  add column confirmation_due_at timestamptz,
  add column confirmation_attempts integer not null default 0,
  add column bounced_at timestamptz,
  -- What the mail server said, as it was.
  add column bounce_reason text,
  add check (confirmed_at is null or confirmation_due_at is null);
update mailboxes set confirmed_at = authorised_at;
create index mailboxes_confirmation on mailboxes (confirmation_due_at)
  where confirmation_due_at is not null;
grant update on mailboxes to sms_certificat_app;
