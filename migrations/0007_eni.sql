-- The metadata of the Esquema Nacional de Interoperabilidad that a certificate was issued with.

alter table certificates add column eni jsonb;
