import type { EntityId } from "../../domain/ids.ts";
import {
  findAlias,
  listAliases,
  REGISTRATIONS,
  saveAlias,
  type Alias,
  type Registration,
} from "../../store/parties/aliases.ts";
import { print, readArguments, UsageError, type Arguments } from "../command.ts";
import type { OpenDatabase } from "../open-database.ts";
import { administration, changes, grant, GRANT_OPTIONS, show } from "./actions.ts";
import { neededEntity } from "./entity.ts";

const OPTIONS = {
  ...GRANT_OPTIONS,
  entity: { type: "string" },
  alias: { type: "string" },
} as const;

const SET_OPTIONS = {
  ...OPTIONS,
  registration: { type: "string" },
  number: { type: "string" },
} as const;

const ALIAS = /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,9}[A-Za-z0-9]$|^[A-Za-z0-9]$/;

export const aliasCommand = administration(
  "alias",
  "the alphanumeric senders of entities, and where they stand in the register of the CNMC",
  `alias add --entity NIF --alias ALIAS [--registration STATE] [--number REGISTER-NUMBER]
alias set --entity NIF --alias ALIAS [--registration STATE] [--number REGISTER-NUMBER]
alias enable --entity NIF --alias ALIAS
alias disable --entity NIF --alias ALIAS
alias list [--entity NIF] [--json]
STATE is requested, registered, refused or expired; only a registered alias that is enabled is sent with
What changes something takes --by NAME and --ticket NUMBER (of the service desk; needed in production)`,
  {
    async add(database, args) {
      const options = readArguments(args, SET_OPTIONS);
      const { entityId, nif } = await neededEntity(database, options, "entity");
      const alias = options.needed("alias");
      if (!ALIAS.test(alias)) throw new UsageError("an alias has 1 to 11 letters and digits");
      if (await findAlias(database.db, entityId, alias)) {
        throw new UsageError(`${nif} has the alias already: alias set changes it`);
      }
      const registration = readRegistration(options) ?? "requested";
      await save(database, options, "add", undefined, {
        ...{ entityId, alias, registration, enabled: true },
        registerNumber: options.text("number"),
      });
      print(`${alias} is an alias of ${nif}: ${registration}`);
    },
    async set(database, args) {
      const options = readArguments(args, SET_OPTIONS);
      const before = await neededAlias(database, options);
      const number = options.text("number");
      const after = {
        ...before,
        registration: readRegistration(options) ?? before.registration,
        registerNumber: number === undefined ? before.registerNumber : number || undefined,
      };
      await save(database, options, "set", before, after);
      print(`${after.alias}: ${after.registration}`);
    },
    enable: (database, args) => switchAlias(database, args, true),
    disable: (database, args) => switchAlias(database, args, false),
    async list(database, args) {
      const options = readArguments(args, {
        entity: { type: "string" },
        json: { type: "boolean" },
      });
      const entityId: EntityId | undefined =
        options.text("entity") === undefined
          ? undefined
          : (await neededEntity(database, options, "entity")).entityId;
      const rows = (await listAliases(database.db, entityId)).map((each) => ({
        nif: each.nif,
        alias: each.alias,
        registration: each.registration,
        number: each.registerNumber,
        enabled: each.enabled,
      }));
      show(rows, options.flag("json"));
    },
  },
);

async function switchAlias(
  database: OpenDatabase,
  args: readonly string[],
  on: boolean,
): Promise<void> {
  const options = readArguments(args, OPTIONS);
  const before = await neededAlias(database, options);
  await save(database, options, on ? "enable" : "disable", before, { ...before, enabled: on });
  print(`${before.alias} ${on ? "enabled" : "disabled"}`);
}

async function neededAlias(database: OpenDatabase, options: Arguments): Promise<Alias> {
  const { entityId, nif } = await neededEntity(database, options, "entity");
  const found = await findAlias(database.db, entityId, options.needed("alias"));
  if (!found) throw new UsageError(`${nif} has no such alias`);
  return found;
}

async function save(
  database: OpenDatabase,
  options: Arguments,
  action: string,
  before: Alias | undefined,
  after: Alias,
): Promise<void> {
  const { entityId, alias: name } = after;
  const change = changes({ ...before }, { ...after });
  await grant(database, options, { entityId, subject: "alias", name, action, change }, (db, now) =>
    saveAlias(db, after, now),
  );
}

function readRegistration(options: Arguments): Registration | undefined {
  const said = options.text("registration");
  const registration = REGISTRATIONS.find((each) => each === said);
  if (said !== undefined && !registration) {
    throw new UsageError(`--registration is one of ${REGISTRATIONS.join(", ")}`);
  }
  return registration;
}
