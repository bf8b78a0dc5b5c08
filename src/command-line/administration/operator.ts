import { parseSettings, readEnvironment } from "../../settings.ts";
import { readLeases } from "../../store/connection/leases.ts";
import { listOperators, setOperator } from "../../store/parties/operators.ts";
import { systemClock } from "../../system.ts";
import { print, readArguments } from "../command.ts";
import type { OpenDatabase } from "../open-database.ts";
import { administration, grant, GRANT_OPTIONS, show } from "./actions.ts";

export const operatorCommand = administration(
  "operator",
  "the mobile operator of the settings: its link, and stopping the relaying for a while",
  `operator list [--json]                          its link, and whether a replica holds it
operator disable                               messages are accepted and wait; receipts still count
operator enable                                 they go on, in order
What changes something takes --by NAME and --ticket NUMBER (of the service desk; needed in production)`,
  {
    async list({ db }, args) {
      const options = readArguments(args, { json: { type: "boolean" } });
      const { smpp, kannel } = parseSettings(readEnvironment());
      const row = (await listOperators(db)).find(({ operator }) => operator === smpp.operator);
      const leases = await readLeases(db, systemClock.now());
      const link = kannel ? `Kannel at ${kannel.sendUrl}` : `SMPP at ${smpp.host}:${smpp.port}`;
      show(
        [
          {
            operator: smpp.operator,
            link,
            "held by a replica":
              leases.length === 0
                ? "no lease (one process, or none runs)"
                : leases.some(({ held }) => held),
            enabled: row?.enabled ?? true,
            since: row?.changedAt,
          },
        ],
        options.flag("json"),
      );
    },
    enable: (database, args) => switchOperator(database, args, true),
    disable: (database, args) => switchOperator(database, args, false),
  },
);

async function switchOperator(
  database: OpenDatabase,
  args: readonly string[],
  on: boolean,
): Promise<void> {
  const options = readArguments(args, GRANT_OPTIONS);
  const name = parseSettings(readEnvironment()).smpp.operator;
  const action = on ? "enable" : "disable";
  const what = { entityId: undefined, subject: "operator", name, action, change: {} } as const;
  await grant(database, options, what, (db, now) => setOperator(db, name, on, now));
  print(on ? `messages go to ${name} again` : `messages wait; none goes to ${name}`);
}
