import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type pg from "pg";
import { contractDemo } from "../../src/command-line/demo-account.ts";
import { openDatabase } from "../../src/open-database.ts";
import { secretsKey } from "../../src/secrets-key.ts";
import { parseSettings } from "../../src/settings.ts";
import { seededRandom } from "../../src/smpp/simulator/seeded-random.ts";
import { startSimulator } from "../../src/smpp/simulator/simulator.ts";
import { checkIntegrity } from "../../src/store/integrity.ts";
import { systemClock, systemRandom, systemTimers } from "../../src/system.ts";
import { startLoad, type Load } from "./load.ts";
import { serve, type Served } from "./served.ts";

/** The service in a process of its own on a database that a test breaks, with an operator beside it. */
export interface ServedStory {
  readonly service: Served;
  readonly load: () => Promise<Load>;
  /** Waits until each of these messages has its certificate. */
  certified(db: pg.Pool, references: readonly string[]): Promise<void>;
  /** What must hold whatever was broken: nothing acknowledged is lost, nothing is sent twice. */
  expectAllKept(db: pg.Pool, references: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

/** @param databaseUrl as in DATABASE_URL */
export async function startServedStory(databaseUrl: string, seed: string): Promise<ServedStory> {
  const dataDirectory = await mkdtemp(join(tmpdir(), "sms-certificat-outage-"));
  const taken = new Map<string, number>();
  const simulator = await startSimulator(
    { host: "127.0.0.1", port: 0, password: "password", unkind: false, receiptDelay: 50 },
    {
      clock: systemClock,
      timers: systemTimers,
      random: seededRandom(seed),
      taken: ({ shortMessage }) => {
        const payload = shortMessage.toString("hex");
        taken.set(payload, (taken.get(payload) ?? 0) + 1);
      },
    },
  );
  const environment = {
    DATA_DIRECTORY: dataDirectory,
    DATABASE_URL: databaseUrl,
    SMPP_PORT: String(simulator.port),
    // The load comes all from one entity.
    ENTITY_CALLS_PER_SECOND: "100000",
  };
  const settings = parseSettings(environment);
  const onError = (): void => undefined;
  const database = await openDatabase(settings, { now: systemClock.now(), join: false, onError });
  const key = await secretsKey(settings, systemRandom);
  const account = await contractDemo({ db: database.db, secretsKey: key }, systemClock.now());
  await database.close();
  const service = await serve(environment);
  const loads: Load[] = [];
  // Nothing goes on without it, and nobody would say why.
  service.process.once("exit", (code) => {
    if (code !== null) process.stderr.write(`the service ended:\n${service.output().slice(-3000)}`);
  });
  return {
    service,
    async load() {
      const load = await startLoad(service.url, account);
      loads.push(load);
      return load;
    },
    async certified(db, references) {
      for (;;) {
        const { rows } = await db.query<{ left: number }>(
          `select count(*)::int as left from unnest($1::text[]) as wanted (reference)
           left join submissions s on s.client_reference = wanted.reference
           left join certificates c using (message_id) where c.message_id is null`,
          [references],
        );
        if (rows[0]?.left === 0) return;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    },
    async expectAllKept(db, references) {
      const { rows } = await db.query(
        `select count(distinct m.message_id)::int as messages, count(c.message_id)::int as certificates
         from submissions s join messages m using (message_id) join certificates c using (message_id)
         where s.client_reference = any($1)`,
        [references],
      );
      const all = references.length;
      expect(rows).toEqual([{ messages: all, certificates: all }]);
      expect(await checkIntegrity(db, systemClock.now())).toEqual([]);
      expect([...taken.values()].filter((times) => times > 1)).toEqual([]);
    },
    async stop() {
      // A test that has failed leaves its callers behind.
      for (const load of loads) void load.stop();
      await service.kill();
      await simulator.stop();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}
