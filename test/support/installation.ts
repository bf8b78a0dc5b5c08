import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contractDemo, type DemoAccount } from "../../src/command-line/demo-account.ts";
import { openDatabase } from "../../src/open-database.ts";
import { secretsKey } from "../../src/secrets-key.ts";
import { parseSettings } from "../../src/settings.ts";
import { seededRandom } from "../../src/smpp/simulator/seeded-random.ts";
import {
  startSimulator,
  type Simulator,
  type SimulatorSettings,
} from "../../src/smpp/simulator/simulator.ts";
import { systemClock, systemRandom, systemTimers } from "../../src/system.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";

/** What replicas of the service share: a database, an operator, an account; on the real clock. */
export interface Installation {
  readonly database: TestDatabase;
  readonly simulator: Simulator;
  readonly account: DemoAccount;
  /** For `serve`. */
  readonly environment: Readonly<Record<string, string>>;
  /** How often the operator has taken each segment, by its octets. */
  readonly taken: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

export async function install(
  seed: string,
  options: Partial<SimulatorSettings> = {},
  settings: Readonly<Record<string, string>> = {},
): Promise<Installation> {
  const taken = new Map<string, number>();
  const simulator = await startSimulator(
    { host: "127.0.0.1", port: 0, password: "password", unkind: false, ...options },
    {
      clock: systemClock,
      timers: systemTimers,
      random: seededRandom(seed),
      taken: ({ destinationAddr, shortMessage }) => {
        const key = `${destinationAddr} ${shortMessage.toString("hex")}`;
        taken.set(key, (taken.get(key) ?? 0) + 1);
      },
    },
  );
  const database = await createTestDatabase();
  const dataDirectory = await mkdtemp(join(tmpdir(), "sms-certificat-installation-"));
  const environment = {
    DATABASE_URL: database.appUrl,
    DATABASE_OWNER_URL: database.ownerUrl,
    DATA_DIRECTORY: dataDirectory,
    SECRETS_KEY: systemRandom.bytes(32).toString("base64"),
    SMPP_PORT: String(simulator.port),
    LOG_FORMAT: "json",
    // The load of a test comes all from one entity.
    ENTITY_CALLS_PER_SECOND: "100000",
    ...settings,
  };
  const read = parseSettings(environment);
  const opened = await openDatabase(read, {
    now: systemClock.now(),
    join: false,
    onError: () => undefined,
  });
  const key = await secretsKey(read, systemRandom);
  const account = await contractDemo({ db: opened.db, secretsKey: key }, systemClock.now());
  await opened.close();
  return {
    database,
    simulator,
    account,
    environment,
    taken,
    async close() {
      await simulator.stop();
      await database.drop();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}
