import { writeFile } from "node:fs/promises";
import writeExcelFile from "write-excel-file/node";
import { readUsage, type UsageRow } from "../../store/parties/usage.ts";
import { print, readArguments, UsageError, type Command } from "../command.ts";
import { withDatabase } from "../open-database.ts";
import { show } from "./actions.ts";
import { neededEntity } from "./entity.ts";

const KEYS = ["month", "nif", "entity", "username", "costCentre", "channel", "outcome"] as const;
type Key = (typeof KEYS)[number];
type Line = Readonly<Record<string, string | number | undefined>>;

export const usageCommand: Command = {
  name: "usage",
  summary: "what was charged, by month, entity, user, cost centre, channel and outcome",
  usage: `usage --from MONTH [--until MONTH] [--entity NIF] [--by KEYS] [--csv FILE | --xlsx FILE | --json]
  MONTH as 2026-11, in Europe/Madrid, by the instant of the charge; --until is included
  KEYS are some of ${KEYS.join(",")}: what is not named is added up`,
  async run(args) {
    const options = readArguments(args, {
      from: { type: "string" },
      until: { type: "string" },
      entity: { type: "string" },
      by: { type: "string" },
      csv: { type: "string" },
      xlsx: { type: "string" },
      json: { type: "boolean" },
    });
    const from = options.needed("from");
    const until = options.text("until") ?? from;
    if (![from, until].every((month) => /^20\d\d-(0[1-9]|1[0-2])$/.test(month))) {
      throw new UsageError("a month is written as 2026-11");
    }
    const keys = readKeys(options.text("by"));
    const rows = await withDatabase(async (database) => {
      const entityId =
        options.text("entity") === undefined
          ? undefined
          : (await neededEntity(database, options, "entity")).entityId;
      return readUsage(database.db, { from, until, entityId });
    });
    const lines = addUp(rows, keys);
    const [csv, xlsx] = [options.text("csv"), options.text("xlsx")];
    if (csv !== undefined) await writeFile(csv, toCsv(lines));
    if (xlsx !== undefined) await writeExcelFile(toSheet(lines)).toFile(xlsx);
    if (csv === undefined && xlsx === undefined) show(lines, options.flag("json"));
    else print(`${lines.length} lines written to ${csv ?? xlsx ?? ""}`);
    return 0;
  },
};

function readKeys(said: string | undefined): readonly Key[] {
  if (said === undefined) return KEYS;
  const words = said.split(",");
  const unknown = words.find((word) => !KEYS.some((key) => key === word));
  if (unknown !== undefined) throw new UsageError(`--by is a list of ${KEYS.join(",")}`);
  return KEYS.filter((key) => words.includes(key));
}

const COUNTS = ["messages", "segments", "creditedSegments", "certificates"] as const;

/** One line per combination of the keys. */
function addUp(rows: readonly UsageRow[], keys: readonly Key[]): Line[] {
  const groups = new Map<string, UsageRow[]>();
  for (const row of rows) {
    const name = JSON.stringify(keys.map((key) => row[key] ?? null));
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  return [...groups.values()].map((group) => ({
    ...Object.fromEntries(keys.map((key) => [key, group[0]?.[key]])),
    ...Object.fromEntries(
      COUNTS.map((count) => [count, group.reduce((sum, row) => sum + row[count], 0)]),
    ),
    amount: euros(group.reduce((sum, row) => sum + cents(row.amount), 0n)),
  }));
}

function cents(amount: string): bigint {
  return BigInt(amount.replace(".", ""));
}

function euros(amount: bigint): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(3, "0");
  return `${amount < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** RFC 4180. A cell that a spreadsheet would take for a formula gets an apostrophe. */
function toCsv(lines: readonly Line[]): string {
  const names = Object.keys(lines[0] ?? {});
  const cell = (value: string | number | undefined): string => {
    const text = String(value ?? "");
    const harmless = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
  };
  const rows = [names, ...lines.map((line) => names.map((name) => line[name]))];
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

function toSheet(lines: readonly Line[]): (string | number | null)[][] {
  const names = Object.keys(lines[0] ?? {});
  const value = (line: Line, name: string): string | number | null =>
    name === "amount" ? Number(line[name]) : (line[name] ?? null);
  return [names, ...lines.map((line) => names.map((name) => value(line, name)))];
}
