import pg from "pg";
import { guardAgainstDrops } from "../connection/drop-guard.ts";
import { APPLICATION_ROLE, PURGE_ROLE } from "../connection/roles.ts";

export const OWNER_LOGIN = "sms_certificat_owner";
export const APPLICATION_LOGIN = "sms_certificat";
export const DATABASE = "sms_certificat";

const CREATE_ROLES = `
  do $$ begin
    if not exists (select from pg_roles where rolname = '${APPLICATION_LOGIN}') then
      create role ${APPLICATION_ROLE} nologin;
      create role ${PURGE_ROLE} nologin;
      create role ${OWNER_LOGIN} login createrole;
      grant ${APPLICATION_ROLE}, ${PURGE_ROLE} to ${OWNER_LOGIN} with admin option;
      create role ${APPLICATION_LOGIN} login;
      grant ${APPLICATION_ROLE} to ${APPLICATION_LOGIN};
    end if;
  end $$`;

/**
 * Makes the logins and the database of the service, once, and guards its facts against the owner. It is
 * the only use of the superuser: the service itself works as owner (migrations) and as application.
 */
export async function makeLogins(superuser: pg.ClientConfig): Promise<void> {
  const client = new pg.Client(superuser);
  client.on("error", () => undefined);
  await client.connect();
  try {
    await client.query(CREATE_ROLES);
    const found = await client.query("select from pg_database where datname = $1", [DATABASE]);
    if (found.rowCount === 0)
      await client.query(`create database ${DATABASE} owner ${OWNER_LOGIN}`);
  } finally {
    await client.end();
  }
  await guardAgainstOwner({ ...superuser, database: DATABASE });
}

async function guardAgainstOwner(superuser: pg.ClientConfig): Promise<void> {
  const client = new pg.Client(superuser);
  client.on("error", () => undefined);
  await client.connect();
  try {
    await guardAgainstDrops(client);
  } finally {
    await client.end();
  }
}
