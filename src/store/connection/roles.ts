import type pg from "pg";
import { SetupProblem } from "./setup-problem.ts";

/** Group roles without login; migrations grant to them what each may do. */
export const APPLICATION_ROLE = "sms_certificat_app";
export const PURGE_ROLE = "sms_certificat_purge";
const GROUP_ROLES = [APPLICATION_ROLE, PURGE_ROLE] as const;

const DUPLICATE_ROLE = ["42710", "23505"];
const NOT_ALLOWED = "42501";

/**
 * Makes sure that the group roles exist and that the owner may take them on; creates and grants what
 * is missing when the owner may. Runs before the migrations.
 *
 * @param client a connection of the owner of the database
 * @throws SetupProblem with the SQL for the administrator when the owner may not
 */
export async function ensureRoles(client: pg.ClientBase): Promise<void> {
  const missing: string[] = [];
  for (const role of GROUP_ROLES) {
    const create = `create role ${role} nologin`;
    const exists = (await roleExists(client, role)) || (await allowed(client, create));
    if (!exists) missing.push(create);
    if (exists && (await mayTakeOn(client, role))) continue;
    const grant = `grant ${role} to ${await currentOwner(client)}`;
    if (!exists || !(await allowed(client, grant))) missing.push(grant);
  }
  if (missing.length > 0) throw notAllowed(missing);
}

/**
 * The address of the database for the application, made from the owner's: the connection takes on the
 * application's role as it opens, so that it has no right over the tables beyond what was granted.
 */
export function asApplication(ownerUrl: string): string {
  const url = new URL(ownerUrl);
  const others = url.searchParams.get("options");
  const role = `-c role=${APPLICATION_ROLE}`;
  url.searchParams.set("options", others === null ? role : `${others} ${role}`);
  return url.href;
}

async function roleExists(client: pg.ClientBase, role: string): Promise<boolean> {
  const { rowCount } = await client.query("select from pg_roles where rolname = $1", [role]);
  return rowCount === 1;
}

/** From PostgreSQL 16 on, who creates a role administers it without being allowed to take it on. */
async function mayTakeOn(client: pg.ClientBase, role: string): Promise<boolean> {
  const { rows } = await client.query<{ may: boolean }>(
    `select pg_has_role(current_user, $1::name,
       case when current_setting('server_version_num')::integer >= 160000
            then 'SET' else 'MEMBER' end) as may`,
    [role],
  );
  return rows[0]?.may === true;
}

async function currentOwner(client: pg.ClientBase): Promise<string> {
  const { rows } = await client.query<{ owner: string }>(
    "select quote_ident(current_user) as owner",
  );
  return rows[0]?.owner ?? "";
}

/** Roles belong to the whole server: another database's start may create the same one meanwhile. */
async function allowed(client: pg.ClientBase, statement: string): Promise<boolean> {
  try {
    await client.query(statement);
    return true;
  } catch (error) {
    const code = (error as pg.DatabaseError).code ?? "";
    if (DUPLICATE_ROLE.includes(code)) return true;
    if (code === NOT_ALLOWED) return false;
    throw error;
  }
}

const notAllowed = (statements: readonly string[]): SetupProblem => {
  const sql = statements.map((statement) => `  ${statement};`).join("\n");
  return new SetupProblem({
    ca: `L'usuari de la base de dades no pot crear els rols que calen. Demaneu a qui l'administra que executi:\n${sql}`,
    es: `El usuario de la base de datos no puede crear los roles necesarios. Pida a quien la administra que ejecute:\n${sql}`,
    en: `The database user may not create the roles that are needed. Ask the administrator to run:\n${sql}`,
  });
};
