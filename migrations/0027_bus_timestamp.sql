-- What callers that sign have to say at the doors of PICA and PCI about when: 'signed', a Timestamp that
-- the signature covers; 'unsigned', a Timestamp; 'optional', nothing. The typed port needs a signed one.

alter table entities add column bus_timestamp text not null default 'signed'
  check (bus_timestamp in ('signed', 'unsigned', 'optional'));
