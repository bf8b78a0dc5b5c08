import { readdirSync, readFileSync } from "node:fs";
import type pg from "pg";

/** A tick of /proc is a hundredth of a second on every Linux that Node runs on. */
const MICROSECONDS_A_TICK = 10_000;

/** The numbers after the name of a process in /proc/PID/stat; the first is its parent. */
function stat(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  return text
    .slice(text.lastIndexOf(")") + 4)
    .split(" ")
    .map(Number);
}

/**
 * Tells the CPU time that the server of a database has used, all its processes together, in
 * microseconds; those that have ended count by way of their parent. The server runs on this machine.
 */
export async function databaseCpu(db: pg.Pool): Promise<() => number> {
  const { rows } = await db.query<{ pid: number }>("select pg_backend_pid() as pid");
  const [server = 0] = stat(rows[0]?.pid ?? 0);
  return () => {
    let ticks = sum(stat(server).slice(10, 14));
    for (const name of readdirSync("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      try {
        const numbers = stat(Number(name));
        if (numbers[0] === server) ticks += sum(numbers.slice(10, 12));
      } catch {
        // It has ended meanwhile.
      }
    }
    return ticks * MICROSECONDS_A_TICK;
  };
}

const sum = (values: readonly number[]): number => values.reduce((all, each) => all + each, 0);
