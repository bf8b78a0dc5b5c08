import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { withClient } from "./database.ts";

const run = promisify(execFile);

/**
 * Single-row transactions of pgbench in a second: what the same database can do at this moment. The row
 * has six columns, 200 bytes of them text, a primary key and one index beside it.
 */
export async function insertsPerSecond(url: string, clients: number, seconds = 4): Promise<number> {
  await withClient(url, (client) =>
    client.query(`create table if not exists bench_inserts (id uuid primary key, entity uuid not null,
        reference text not null, state smallint not null, at timestamptz not null, body text not null);
      create index if not exists bench_inserts_reference on bench_inserts (entity, reference)`),
  );
  const folder = mkdtempSync(join(tmpdir(), "pgbench-"));
  const script = join(folder, "insert.sql");
  writeFileSync(
    script,
    `insert into bench_inserts values (gen_random_uuid(), '0190b7e6-0000-7000-8000-000000000000',
       'reference ' || :client_id || random(), 1, now(), repeat('x', 200));\n`.replaceAll(
      /\s+/g,
      " ",
    ),
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
