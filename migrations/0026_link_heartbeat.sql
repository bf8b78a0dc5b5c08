-- Since when the holder of a link hears what the operator reports; null while it does not. Other replicas,
-- which have no link of their own, settle by it.
alter table leases add column hears_since timestamptz;
