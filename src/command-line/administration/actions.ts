import { userInfo } from "node:os";
import type pg from "pg";
import { uuidv7 } from "../../domain/ids.ts";
import { transaction } from "../../store/connection/database.ts";
import { insertGrant, type Grant } from "../../store/parties/grants.ts";
import { systemClock, systemRandom } from "../../system.ts";
import { print, table, UsageError, type Arguments, type Command } from "../command.ts";
import { withDatabase, type OpenDatabase } from "../open-database.ts";

type Action = (database: OpenDatabase, args: readonly string[]) => Promise<void>;

/** A command whose first word says what to do: `entity add …`. */
export function administration(
  name: string,
  summary: string,
  usage: string,
  actions: Readonly<Record<string, Action>>,
): Command {
  return {
    name,
    summary,
    usage,
    async run([word, ...args]) {
      const action = word !== undefined && Object.hasOwn(actions, word) ? actions[word] : undefined;
      if (!action) throw new UsageError(`say one of: ${Object.keys(actions).join(", ")}`);
      await withDatabase((database) => action(database, args));
      return 0;
    },
  };
}

/** The options of whatever grants or revokes. */
export const GRANT_OPTIONS = { by: { type: "string" }, ticket: { type: "string" } } as const;

/**
 * Grants or revokes, and records it in the same transaction: who, when and on which ticket of the
 * service desk, which production does not do without.
 *
 * @throws UsageError when the ticket is missing in production
 */
export async function grant(
  { db, settings: { production } }: OpenDatabase,
  options: Arguments,
  what: Pick<Grant, "entityId" | "subject" | "name" | "action" | "change">,
  work: (client: pg.PoolClient, now: Date) => Promise<void>,
): Promise<void> {
  const ticket = production ? options.needed("ticket") : options.text("ticket");
  const now = systemClock.now();
  await transaction(db, async (client) => {
    await work(client, now);
    await insertGrant(client, uuidv7(now, systemRandom), {
      ...what,
      at: now,
      grantedBy: options.text("by") ?? userInfo().username,
      ticket,
    });
  });
}

type Cell = string | number | boolean | Date | undefined | null | readonly string[];

/** Rows for people, or the same as JSON for scripts. */
export function show(rows: readonly Readonly<Record<string, Cell>>[], json: boolean): void {
  if (json) {
    print(JSON.stringify(rows, (_key, value: unknown) => value ?? null, 2));
    return;
  }
  print(table(rows.map((row) => mapValues(row, cell))));
}

/** One thing member by member, or as JSON. */
export function showOne(one: Readonly<Record<string, Cell>>, json: boolean): void {
  if (json) {
    print(JSON.stringify(one, (_key, value: unknown) => value ?? null, 2));
    return;
  }
  const width = Math.max(...Object.keys(one).map((name) => name.length));
  print(
    Object.entries(one)
      .map(([name, value]) => `${name.padEnd(width)}  ${cell(value)}`.trimEnd())
      .join("\n"),
  );
}

function mapValues<From, To>(
  from: Readonly<Record<string, From>>,
  to: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(from).map(([name, value]) => [name, to(value)]));
}

function cell(value: Cell): string {
  if (value === undefined || value === null) return "";
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "boolean") return value ? "yes" : "no";
  return Array.isArray(value) ? value.join(",") : String(value);
}

/** What differs, member by member, for the record of a change. */
export function changes(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Record<string, { readonly from: unknown; readonly to: unknown }> {
  const differing = Object.keys(after).filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
  return Object.fromEntries(
    differing.map((name) => [name, { from: before[name] ?? null, to: after[name] ?? null }]),
  );
}
