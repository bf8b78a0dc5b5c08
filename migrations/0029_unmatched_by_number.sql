-- Before a message is called undelivered a receipt about its number is looked for, where the answer to its
-- segment was lost: without this every stray would be read.
create index unmatched_receipts_recipient on unmatched_receipts (operator, recipient);
