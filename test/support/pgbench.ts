import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { withClient } from "./database.ts";

const run = promisify(execFile);

/** Single-row transactions of pgbench in a second: what the same database can do at this moment. */
export async function insertsPerSecond(url: string, clients: number, seconds = 4): Promise<number> {
  await withClient(url, (client) =>
    client.query("create table if not exists bench_inserts (id uuid primary key, row text)"),
  );
  const folder = mkdtempSync(join(tmpdir(), "pgbench-"));
  const script = join(folder, "insert.sql");
  writeFileSync(
    script,
    "insert into bench_inserts values (gen_random_uuid(), repeat('x', 300));\n",
  );
  try {
    const options = `-n -c ${clients} -j 2 -T ${seconds} -M prepared -f`.split(" ");
    const { stdout } = await run("pgbench", [...options, script, url]);
    const tps = /tps = ([\d.]+)/.exec(stdout)?.[1];
    if (tps === undefined) throw new Error(stdout);
    return Number(tps);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
