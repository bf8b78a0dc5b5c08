import type { GrantSubject } from "../../store/parties/grants.ts";
import { readGrants } from "../../store/parties/grants.ts";
import { readArguments, UsageError, type Command } from "../command.ts";
import { withDatabase } from "../open-database.ts";
import { show } from "./actions.ts";
import { neededEntity } from "./entity.ts";

const SUBJECTS = ["entity", "user", "mailbox", "alias", "operator", "tariff", "callback"] as const;
const MOST = 10_000;

export const historyCommand: Command = {
  name: "history",
  summary: "every grant and revocation: who, when, on which ticket",
  usage: `history [--entity NIF] [--subject KIND] [--name NAME] [--limit N] [--json]
  KIND is ${SUBJECTS.join(", ")}; the newest first, 50 when no limit is given`,
  async run(args) {
    const options = readArguments(args, {
      entity: { type: "string" },
      subject: { type: "string" },
      name: { type: "string" },
      limit: { type: "string" },
      json: { type: "boolean" },
    });
    const said = options.text("subject");
    const subject: GrantSubject | undefined = SUBJECTS.find((each) => each === said);
    if (said !== undefined && !subject) throw new UsageError(`--subject is ${SUBJECTS.join(", ")}`);
    const limit = Number(options.text("limit") ?? 50);
    if (!Number.isInteger(limit) || limit < 1 || limit > MOST) {
      throw new UsageError(`--limit is a number from 1 to ${MOST}`);
    }
    await withDatabase(async (database) => {
      const entityId =
        options.text("entity") === undefined
          ? undefined
          : (await neededEntity(database, options, "entity")).entityId;
      const name = options.text("name");
      const grants = await readGrants(database.db, { entityId, subject, name, limit });
      show(
        grants.map((each) => ({
          at: each.at,
          by: each.grantedBy,
          ticket: each.ticket,
          subject: each.subject,
          name: each.name,
          action: each.action,
          change: JSON.stringify(each.change),
        })),
        options.flag("json"),
      );
    });
    return 0;
  },
};
