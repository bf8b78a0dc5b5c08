import "./typescript.js";
import { fileURLToPath } from "node:url";
import pg from "pg";

const TEMPLATE = `sms_test_template_${process.pid}`;

/**
 * The database server of a test run, with a migrated template: the embedded one, or the server of
 * TEST_DATABASE_URL, whose user must be allowed to create databases and roles; tests that damage it need
 * a superuser, TEST_DATABASE_ADMIN_URL.
 */
export async function startCluster(directory) {
  const { startEmbedded } = await import("../../src/store/embedded.ts");
  const { prepareDatabase } = await import("../../src/store/connection/prepare-database.ts");
  const { asApplication } = await import("../../src/store/connection/roles.ts");
  const { systemClock, systemTimers } = await import("../../src/system.ts");
  const given = process.env.TEST_DATABASE_URL;
  const embedded = given
    ? undefined
    : await startEmbedded({ dataDirectory: directory, timers: systemTimers });
  const socketUrl = (user) =>
    `postgresql://${user}@${encodeURIComponent(embedded.owner.host)}/postgres`;
  const admin = process.env.TEST_DATABASE_ADMIN_URL ?? given ?? socketUrl("postgres");
  const owner = given ?? socketUrl(embedded.owner.user);
  const app = given ? asApplication(given) : socketUrl(embedded.app.user);
  const ownerName = decodeURIComponent(new URL(owner).username);
  const stop = async () => {
    if (given) await run(admin, `drop database if exists ${TEMPLATE}`);
    await embedded?.stop();
  };
  try {
    await run(admin, `create database ${TEMPLATE} owner "${ownerName}" template template0`);
    await prepareDatabase({
      owner: { connectionString: withDatabase(owner, TEMPLATE) },
      directory: fileURLToPath(new URL("../../migrations", import.meta.url)),
      now: systemClock.now(),
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { admin, owner, app, ownerName, template: TEMPLATE, stop };
}

async function run(url, statement) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function withDatabase(url, database) {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}
