import { orderHold, readHolds } from "../store/holds.ts";
import { systemClock } from "../system.ts";
import {
  neededMessageId,
  print,
  readArguments,
  table,
  UsageError,
  type Command,
} from "./command.ts";
import { withDatabase } from "./open-database.ts";

const MOST_LISTED = 1_000;

export const holdCommand: Command = {
  name: "hold",
  summary: "legal holds: messages that are kept when their retention is over",
  usage: `hold list                                      those that are held, the longest first
hold add --message ID --by NAME --why TEXT     nothing of it is purged from now on
hold remove --message ID --by NAME --why TEXT  its retention counts again`,
  async run([word, ...args]) {
    if (word === "add" || word === "remove") return order(word === "add", args);
    if (word !== "list") throw new UsageError("say one of: list, add, remove");
    readArguments(args, {});
    const holds = await withDatabase(({ db }) => readHolds(db, { limit: MOST_LISTED }));
    const rows = holds.map(({ messageId, at, orderedBy, reason }) => {
      return { message: messageId, since: at.toISOString(), by: orderedBy, why: reason };
    });
    print(rows.length === 0 ? "no message is held" : table(rows));
    return 0;
  },
};

async function order(held: boolean, args: readonly string[]): Promise<number> {
  const options = readArguments(args, {
    message: { type: "string" },
    by: { type: "string" },
    why: { type: "string" },
  });
  const messageId = neededMessageId(options);
  const [orderedBy, reason] = [options.needed("by"), options.needed("why")];
  const at = systemClock.now();
  const answer = await withDatabase(({ db }) =>
    orderHold(db, { messageId, held, orderedBy, reason, at }),
  );
  if (answer === "unknown") throw new UsageError("there is no such message");
  const state = held ? "held" : "held no longer";
  if (answer === "already") throw new UsageError(`it is ${state} already`);
  print(`${messageId} is ${state}`);
  return 0;
}
