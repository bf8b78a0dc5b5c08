import pg from "pg";

type Callback = (error?: Error) => void;

/** SQLSTATE read_only_sql_transaction: what a write would be told there. It passes with the promotion. */
const READ_ONLY = "25006";

/**
 * A kind of client that connects to whichever of several addresses takes writes: a primary, not one of
 * its standbys (target_session_attrs=read-write of libpq). An address that does not answer, or answers
 * as a standby, makes the next client try the next one.
 */
export function clientOfPrimary(addresses: readonly string[]): new () => pg.Client {
  let current = 0;

  return class extends pg.Client {
    readonly #chosen: number;

    constructor(config?: pg.ClientConfig) {
      super({ ...config, connectionString: addresses[current % addresses.length] });
      this.#chosen = current;
      // Until the pool listens: a connection that breaks while it is asked must not end the process.
      this.on("error", () => undefined);
    }

    override connect(): Promise<this>;
    override connect(callback: Callback): void;
    override connect(callback?: Callback): Promise<this> | undefined {
      const connected = this.#connectToPrimary();
      if (!callback) return connected;
      connected.then(
        () => callback(),
        (error: unknown) => callback(error as Error),
      );
      return undefined;
    }

    async #connectToPrimary(): Promise<this> {
      try {
        await super.connect();
        const { rows } = await this.query<{ standby: boolean }>(
          "select pg_is_in_recovery() as standby",
        );
        if (!rows[0]?.standby) return this;
        await this.end();
        throw Object.assign(new Error("the server is a standby"), { code: READ_ONLY });
      } catch (error) {
        // Others may have found out meanwhile.
        if (current === this.#chosen) current += 1;
        throw error;
      }
    }
  };
}

/** Of several addresses the one that takes writes now; the first when none does. */
export async function findPrimary(addresses: readonly string[]): Promise<string> {
  const [first = ""] = addresses;
  if (addresses.length < 2) return first;
  for (const connectionString of addresses) {
    const client = new (
      clientOfPrimary([connectionString]) as new (config: pg.ClientConfig) => pg.Client
    )({ connectionTimeoutMillis: 5_000 });
    try {
      await client.connect();
      await client.end();
      return connectionString;
    } catch {
      // The next one.
    }
  }
  return first;
}
