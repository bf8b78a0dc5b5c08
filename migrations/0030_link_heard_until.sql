-- Until when the holder of a link has certainly heard the operator: it says so each time that it keeps its
-- lease, and between two of those it may have died.
alter table leases add column heard_until timestamptz;
