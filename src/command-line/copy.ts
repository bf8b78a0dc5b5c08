import { withOwner } from "../open-database.ts";
import { secretsKey } from "../secrets-key.ts";
import { instantOf, uuidv7 } from "../domain/ids.ts";
import { parseSettings, readEnvironment } from "../settings.ts";
import { exportDatabase } from "../store/copy/export.ts";
import { CopyRefused, importDatabase, type ImportRefusal } from "../store/copy/import.ts";
import { systemClock, systemRandom } from "../system.ts";
import { print, readArguments, type Command } from "./command.ts";
import { verifyCommand } from "./operations.ts";

export const exportCommand: Command = {
  name: "export",
  summary: "copies the whole database to files, to be moved or kept",
  usage: `export FOLDER
  as of one instant, beside a running service or without one; when it was broken off, the same call
  goes on where it was, unless something was written to the database meanwhile
  files of certificates that are in S3 stay there: the copy names them
  the copy holds personal data: its folder is for its owner alone`,
  async run(args) {
    const [folder = ""] = readArguments(args, {}, ["FOLDER"]).words;
    const settings = parseSettings(readEnvironment());
    const key = await secretsKey(settings, systemRandom);
    const now = systemClock.now();
    const progress = tellTables();
    const rows = await withOwner(settings, { now, join: true, onError: tell }, (client) =>
      exportDatabase({
        client,
        folder,
        now,
        copyId: uuidv7(now, systemRandom),
        secretsKey: key,
        onProgress: (table, count) => progress.tell(table, count),
        onAgain: () => print("the database has changed since the copy was begun: it begins again"),
      }),
    );
    progress.end();
    print(`${rows} rows are in ${folder}`);
    return 0;
  },
};

export const importCommand: Command = {
  name: "import",
  summary: "takes a copy into an empty database, compares every row, and verifies",
  usage: `import FOLDER [--hold-relay]
  when it was broken off, the same call goes on where it was; the service does not start before its end
  --hold-relay  for a copy that is not of the last instant: messages that were still to be sent wait
                for a person, because they may have been sent since`,
  async run(args) {
    const options = readArguments(args, { "hold-relay": { type: "boolean" } }, ["FOLDER"]);
    const [folder = ""] = options.words;
    const settings = parseSettings(readEnvironment());
    const key = await secretsKey(settings, systemRandom);
    const now = systemClock.now();
    const progress = tellTables();
    try {
      const rows = await withOwner(settings, { now, join: false, onError: tell }, (client) =>
        importDatabase({
          client,
          folder,
          now,
          secretsKey: key,
          instantOf,
          holdRelay: options.flag("hold-relay"),
          onProgress: (table, count, doing) => progress.tell(table, count, ` ${doing}`),
        }),
      );
      progress.end();
      print(`${rows} rows are the same as in the copy`);
    } catch (error) {
      if (error instanceof CopyRefused) throw new Error(explain(error), { cause: error });
      throw error;
    }
    return verifyCommand.run([]);
  },
};

const REFUSALS: Record<ImportRefusal, string> = {
  noCopy: "there is no copy in this folder",
  incompleteCopy: "the copy has not ended: run export again until it has",
  otherVersion:
    "the copy is of another version of the program: take it in with that version, then upgrade",
  otherKey:
    "the secrets of users are encrypted with another key: set SECRETS_KEY, or bring secrets.key of the old data directory",
  notEmpty: "the database is not empty",
  anotherImport: "the import of another copy was begun in this database",
  damagedFile: "a file of the copy is damaged",
  differs: "what is in the database differs from the copy",
};

function explain({ refusal, message }: CopyRefused): string {
  return `${REFUSALS[refusal]} (${message})`;
}

const countRows = (rows: number): string => (rows === 1 ? "1 row" : `${rows} rows`);

/** One line for each table with all its rows, and before it one for each further file of a large one. */
function tellTables(): {
  tell(table: string, rows: number, doing?: string): void;
  end(): void;
} {
  let last: { readonly table: string; readonly rows: number; readonly doing: string } | undefined;
  const end = (more = ""): void => {
    if (last) print(`${last.table}: ${countRows(last.rows)}${last.doing}${more}`);
  };
  return {
    tell(table, rows, doing = "") {
      end(last?.table === table && last.doing === doing ? " so far" : "");
      last = { table, rows, doing };
    },
    end,
  };
}

function tell(error: Error): void {
  print(`database: ${error.message}`);
}
