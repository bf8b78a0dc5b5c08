import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import pg from "pg";
import { createPool } from "../../src/store/connection/database.ts";

interface Cluster {
  readonly admin: string;
  readonly owner: string;
  readonly app: string;
  readonly ownerName: string;
  readonly template: string;
}

/** A database of its own for a test file. */
export interface TestDatabase {
  readonly name: string;
  /** For what only the owner of the tables may do. */
  readonly owner: pg.Pool;
  /** What the service has. */
  readonly app: pg.Pool;
  /** Addresses of the same, for a service that is started by the test (DATABASE_OWNER_URL, DATABASE_URL). */
  readonly ownerUrl: string;
  readonly appUrl: string;
  /** A superuser's, for what only a hand in the database does. */
  readonly adminUrl: string;
  /** Closes both pools, throws out who else is connected and removes the database. */
  drop(): Promise<void>;
}

/**
 * Makes a database on the cluster of this run: embedded, or the server of TEST_DATABASE_URL. It is
 * migrated (partitions of months are made by the test, for its own clock) unless `empty` is asked for.
 */
export async function createTestDatabase(
  options: { readonly empty?: boolean } = {},
): Promise<TestDatabase> {
  const cluster = await sharedCluster();
  const name = `sms_test_${randomBytes(8).toString("hex")}`;
  const template = options.empty ? "template0" : cluster.template;
  await runAlone(
    cluster.admin,
    `create database ${name} owner "${cluster.ownerName}" template ${template}`,
  );
  const ownerUrl = withDatabase(cluster.owner, name);
  const appUrl = withDatabase(cluster.app, name);
  // A forced drop, or a server that a test ends, breaks idle connections: that is no failure.
  const ignore = (): void => undefined;
  const owner = createPool({ connectionString: ownerUrl, max: 2 }, ignore);
  const app = createPool({ connectionString: appUrl }, ignore);
  const drop = async (): Promise<void> => {
    await Promise.all([owner.end(), app.end()]);
    await runAlone(cluster.admin, `drop database if exists ${name} with (force)`);
  };
  const adminUrl = withDatabase(cluster.admin, name);
  return { name, owner, app, ownerUrl, appUrl, adminUrl, drop };
}

/** A pool on an address, for as long as a test wants it. */
export function createTestPool(connectionString: string): pg.Pool {
  return createPool({ connectionString, max: 2 }, () => undefined);
}

/** Opens one connection, hands it over and closes it. */
export async function withClient<T>(
  url: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Jest's main process (global-setup.js) starts the cluster when it is asked for the first time. */
function sharedCluster(): Promise<Cluster> {
  return new Promise((resolve, reject) => {
    const socket = connect(process.env["SMS_TEST_CLUSTER"] ?? "");
    let text = "";
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => (text += chunk));
    socket.on("error", reject);
    socket.on("end", () => {
      const answer = JSON.parse(text) as { value: Cluster } | { error: string };
      if ("error" in answer) reject(new Error(answer.error));
      else resolve(answer.value);
    });
  });
}

async function runAlone(url: string, statement: string): Promise<void> {
  await withClient(url, (client) => client.query(statement));
}

function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}
