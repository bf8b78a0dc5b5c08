import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { startEmbedded, type EmbeddedDatabase } from "../../src/store/embedded.ts";
import { prepareDatabase } from "../../src/store/connection/prepare-database.ts";
import { asApplication } from "../../src/store/connection/roles.ts";
import { systemTimers } from "../../src/system.ts";

const now = new Date("2026-11-02T09:30:00.000Z");
let directory: string;
let server: EmbeddedDatabase;

/** The embedded server, made to look like one of an administrator: without the roles of the service. */
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "roles-"));
  server = await startEmbedded({ dataDirectory: directory, timers: systemTimers });
  await asAdministrator("drop database sms_certificat");
  await asAdministrator(
    "drop role sms_certificat, sms_certificat_owner, sms_certificat_app, sms_certificat_purge",
  );
});
afterAll(async () => {
  await server.stop();
  await rm(directory, { recursive: true });
});

const url = (user: string, database: string): string =>
  `postgresql://${user}@${encodeURIComponent(server.owner.host ?? "")}/${database}`;

async function query(address: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
const asAdministrator = (sql: string): Promise<unknown[]> =>
  query(url("postgres", "postgres"), sql);
const prepare = (address: string): Promise<string[]> =>
  prepareDatabase({ owner: { connectionString: address }, directory: "migrations", now });

test("an owner who may not create roles is told what the administrator has to run, and it is enough", async () => {
  await asAdministrator('create role "L\'Owner" login');
  await asAdministrator('create database plain owner "L\'Owner"');
  const address = url("L'Owner", "plain");
  const refusal = await prepare(address).then(
    () => undefined,
    (error: unknown) => error as Error,
  );
  expect(refusal?.message).toContain("create role sms_certificat_app nologin;");
  const statements = refusal?.message.split("\n").filter((line) => line.startsWith("  ")) ?? [];
  expect(statements).toHaveLength(4);
  for (const statement of statements) await asAdministrator(statement);
  expect(await prepare(address)).not.toEqual([]);
  await asAdministrator("drop database plain");
  await asAdministrator('drop role "L\'Owner", sms_certificat_app, sms_certificat_purge');
});

test("an owner who may create roles needs nobody, and the application has no more than its rights", async () => {
  await asAdministrator("create role creator login createrole");
  await asAdministrator("create database served owner creator");
  const address = url("creator", "served");
  expect(await prepare(address)).not.toEqual([]);
  expect(await prepare(address)).toEqual([]);
  const application = asApplication(address);
  expect(await query(application, "select current_user::text as me")).toEqual([
    { me: "sms_certificat_app" },
  ]);
  expect(await query(application, "select count(*)::integer as n from messages")).toEqual([
    { n: 0 },
  ]);
  for (const forbidden of [
    "delete from messages",
    "drop table messages",
    "update evidence set at = at",
  ]) {
    await expect(query(application, forbidden)).rejects.toThrow(/permission denied|must be owner/);
  }
  const separate = "create role separate login in role sms_certificat_app";
  await asAdministrator(separate);
  expect(await query(url("separate", "served"), "select from messages")).toEqual([]);
  await expect(query(url("separate", "served"), "truncate messages")).rejects.toThrow("denied");
});

test("options that the address has already are kept", async () => {
  const address = `${url("creator", "served")}?options=${encodeURIComponent("-c work_mem=7MB")}`;
  expect(await query(asApplication(address), "show work_mem")).toEqual([{ work_mem: "7MB" }]);
  expect(await query(asApplication(address), "show role")).toEqual([
    { role: "sms_certificat_app" },
  ]);
});
