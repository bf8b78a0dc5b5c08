import pg from "pg";
import { guardAgainstDrops, MIGRATING } from "./drop-guard.ts";
import { migrate } from "./migrate.ts";
import { ensureRoles } from "./roles.ts";
import { SetupProblem } from "./setup-problem.ts";

const OLDEST_VERSION = 15;

/**
 * Makes a database ready for this program: roles, then migrations. Answers the migrations that were
 * applied. Harmless when nothing is to be done and when several replicas do it at once.
 *
 * @param owner how the owner of the database connects; behind a pooler, a direct connection
 * @throws SetupProblem what a person has to mend
 */
export async function prepareDatabase(options: {
  readonly owner: pg.ClientConfig;
  readonly directory: string;
  readonly now: Date;
}): Promise<string[]> {
  const client = new pg.Client({ application_name: "sms-certificat migrate", ...options.owner });
  // The query that runs meanwhile fails with the same error.
  client.on("error", () => undefined);
  await client.connect();
  try {
    await refuseOldServer(client);
    await ensureRoles(client);
    await client.query("select set_config($1, 'on', false)", [MIGRATING]);
    const applied = await migrate({ client, directory: options.directory, now: options.now });
    if (await isSuperuser(client)) await guardAgainstDrops(client);
    return applied;
  } finally {
    await client.end();
  }
}

async function isSuperuser(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ super: boolean }>(
    "select rolsuper as super from pg_roles where rolname = current_user",
  );
  return rows[0]?.super === true;
}

async function refuseOldServer(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ version: string }>(
    "select current_setting('server_version') as version",
  );
  const version = rows[0]?.version ?? "";
  if (Number.parseInt(version, 10) >= OLDEST_VERSION) return;
  throw new SetupProblem({
    ca: `Cal PostgreSQL ${OLDEST_VERSION} o posterior; el servidor és ${version}.`,
    es: `Se necesita PostgreSQL ${OLDEST_VERSION} o posterior; el servidor es ${version}.`,
    en: `PostgreSQL ${OLDEST_VERSION} or later is needed; the server is ${version}.`,
  });
}
