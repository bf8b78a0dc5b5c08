/** Starts the embedded database in a folder and writes rows for ever, telling each that is durable. */
import pg from "pg";
import { startEmbedded } from "../../src/store/embedded.ts";
import { systemTimers } from "../../src/system.ts";

const database = await startEmbedded({
  dataDirectory: process.argv[2] ?? "",
  timers: systemTimers,
}).catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
const client = new pg.Client(database.owner);
await client.connect();
await client.query("create table if not exists written (n integer)");
for (let n = 1; ; n += 1) {
  await client.query("insert into written (n) values ($1)", [n]);
  process.stdout.write(`${n}\n`);
}
