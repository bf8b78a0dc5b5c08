-- A certificate of the TLS connection is one more way to say who calls. Entities that take every way
-- so far take this one too; it still needs a certificate that is registered for a user.

alter table entities
  drop constraint entities_accepted_authentication_check,
  add constraint entities_accepted_authentication_check
    check (cardinality(accepted_authentication) > 0
      and accepted_authentication <@ array['passwordText', 'passwordDigest', 'x509', 'clientCertificate']),
  alter column accepted_authentication
    set default '{passwordText,passwordDigest,x509,clientCertificate}';

update entities set accepted_authentication = accepted_authentication || '{clientCertificate}'
  where accepted_authentication @> '{passwordText,passwordDigest,x509}';
