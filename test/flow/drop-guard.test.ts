import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { startEmbedded, type EmbeddedDatabase } from "../../src/store/embedded.ts";
import { prepareDatabase } from "../../src/store/connection/prepare-database.ts";
import { dropEmptyMonths, ensureMonths } from "../../src/store/retention.ts";
import { systemTimers } from "../../src/system.ts";

const now = new Date("2026-11-02T09:30:00.000Z");
let directory: string;
let server: EmbeddedDatabase;
let owner: pg.Pool;

/** The embedded database as a service makes it, at its second start. */
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "guard-"));
  const start = () => startEmbedded({ dataDirectory: directory, timers: systemTimers });
  const first = await start();
  await prepareDatabase({ owner: first.owner, directory: "migrations", now });
  await first.stop();
  server = await start();
  await prepareDatabase({ owner: server.owner, directory: "migrations", now });
  owner = new pg.Pool({ ...server.owner, max: 1 });
  // The server may end while the last connection is being closed.
  owner.on("error", () => undefined);
  await ensureMonths(owner, now);
});
afterAll(async () => {
  await owner.end();
  await server.stop();
  await rm(directory, { recursive: true });
});

const attempt = (statement: string): Promise<string> =>
  owner.query(statement).then(
    () => "done",
    (error: unknown) => (error as Error).message,
  );

test.each([
  ["drop table certificates", "cannot be dropped"],
  ["drop table certificates_2026_11", "cannot be dropped before its time"],
  ["drop table evidence cascade", "cannot be dropped"],
  ["drop schema public cascade", "cannot be dropped"],
  ["alter table certificates detach partition certificates_2026_11", "cannot be detached"],
  ["alter table certificates disable trigger all", "cannot be disabled"],
  ["alter table certificates_2026_11 disable trigger certificates_guard", "cannot be disabled"],
  ["alter table evidence_2026_11 disable trigger all", "cannot be disabled"],
  ["alter table legal_holds disable trigger all", "cannot be disabled"],
  ["alter table certificates drop constraint certificates_check", "kept for five years"],
  ["drop trigger certificates_guard on certificates", "cannot be dropped"],
  ["drop function guard_certificate cascade", "cannot be dropped"],
  ["drop event trigger sms_certificat_on_drop", "must be owner"],
  ["drop schema sms_certificat_guard cascade", "must be owner"],
  ["set session_replication_role = replica", "permission denied"],
  [
    "begin; select set_config('sms_certificat.purge_at', '2099-01-01', true); drop table certificates_2026_11",
    "cannot be dropped before its time",
  ],
])("the owner may not: %s", async (statement, refusal) => {
  expect(await attempt(statement)).toContain(refusal);
  await attempt("rollback");
});

test("what is five years old and empty is dropped by the purge, and what is not ours by anybody", async () => {
  await ensureMonths(owner, new Date("2018-05-10T00:00:00Z"), 0);
  expect(await attempt("drop table certificates_2018_05")).toContain("before its time");
  expect(await dropEmptyMonths(owner, now)).toBe(16);
  expect(await attempt("create table scratch (n integer)")).toBe("done");
  expect(await attempt("alter table scratch add column m integer")).toBe("done");
  expect(await attempt("drop table scratch")).toBe("done");
});
