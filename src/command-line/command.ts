import { parseArgs, type ParseArgsConfig } from "node:util";
import { UUID, type MessageId } from "../domain/ids.ts";

/** One word of the command line: `sms-certificat <name> …`. */
export interface Command {
  readonly name: string;
  /** What it does, in one line. */
  readonly summary: string;
  /** The lines after the name, with what each option means. */
  readonly usage: string;
  /** Answers the exit code. */
  run(args: readonly string[]): Promise<number>;
}

/** The call is wrong: its message says how to mend it. Exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

type Options = Record<string, { readonly type: "string" | "boolean"; readonly required?: boolean }>;

export interface Arguments {
  readonly words: readonly string[];
  text(name: string): string | undefined;
  /** @throws UsageError when it is missing */
  needed(name: string): string;
  flag(name: string): boolean;
}

/**
 * Reads the words and options of a command.
 *
 * @param places the name of each word that it takes, as its usage writes it
 * @throws UsageError for an unknown option or one without its value, a word too many or one that is missing
 */
export function readArguments(
  args: readonly string[],
  options: Options,
  places: readonly string[] = [],
): Arguments {
  const config: NonNullable<ParseArgsConfig["options"]> = {};
  for (const [name, { type }] of Object.entries(options)) config[name] = { type };
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: config,
      allowPositionals: true,
    });
    const stranger = positionals[places.length];
    if (stranger !== undefined) {
      throw new UsageError(`${JSON.stringify(stranger)} means nothing here`);
    }
    const missing = places[positionals.length];
    if (missing !== undefined) throw new UsageError(`${missing} is needed`);
    const text = (name: string): string | undefined => {
      const value = values[name];
      return typeof value === "string" ? value : undefined;
    };
    return {
      words: positionals,
      text,
      needed(name) {
        const value = text(name);
        if (value === undefined || value === "") throw new UsageError(`--${name} is needed`);
        return value;
      },
      flag: (name) => values[name] === true,
    };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const told = error instanceof Error ? error.message : String(error);
    // Node goes on with what to do about words that begin with a dash; ours never do.
    throw new UsageError(told.replace(/\. To specify a positional argument .*/s, ""));
  }
}

/** The id of a message, of `--message`. */
export function neededMessageId(options: Arguments): MessageId {
  return readMessageId("--message", options.needed("message"));
}

/** @param place where it was written, as the usage names it */
export function readMessageId(place: string, said: string): MessageId {
  const id = said.toLowerCase();
  if (!UUID.test(id)) throw new UsageError(`${place} must be the id of a message`);
  return id as MessageId;
}

/** Rows as aligned columns, for people. */
export function table(rows: readonly Readonly<Record<string, string | number>>[]): string {
  const [first] = rows;
  if (!first) return "(none)\n";
  const names = Object.keys(first);
  const lines = [names, ...rows.map((row) => names.map((name) => String(row[name] ?? "")))];
  const widths = names.map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? "").length)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n")
    .concat("\n");
}

export function print(text: string): void {
  process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}
