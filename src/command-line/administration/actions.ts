import { UsageError, type Command } from "../command.ts";
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
      const action = word === undefined ? undefined : actions[word];
      if (!action) throw new UsageError(`say one of: ${Object.keys(actions).join(", ")}`);
      await withDatabase((database) => action(database, args));
      return 0;
    },
  };
}
