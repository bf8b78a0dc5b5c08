import { isDir3 } from "../../domain/eni.ts";
import type { Entity } from "../../domain/entity.ts";
import { uuidv7, type EntityId } from "../../domain/ids.ts";
import { isNif } from "../../domain/legal-id.ts";
import { LANGUAGES, type Language } from "../../domain/words.ts";
import {
  findEntityByNif,
  insertEntity,
  listEntities,
  readCallerPolicy,
  setAuthenticationPolicy,
  updateEntity,
} from "../../store/parties/entities.ts";
import { listCodes, readBusPolicy } from "../../store/parties/requesters.ts";
import { systemClock, systemRandom } from "../../system.ts";
import { print, readArguments, UsageError, type Arguments } from "../command.ts";
import type { OpenDatabase } from "../open-database.ts";
import { administration, changes, grant, GRANT_OPTIONS, show, showOne } from "./actions.ts";
import { BUS_ENTITY_OPTIONS, readBusEntity } from "./bus-profile.ts";

const WAYS = ["passwordText", "passwordDigest", "x509", "clientCertificate"];

const PROFILE_OPTIONS = {
  ...GRANT_OPTIONS,
  ...BUS_ENTITY_OPTIONS,
  nif: { type: "string" },
  name: { type: "string" },
  dir3: { type: "string" },
  language: { type: "string" },
  "cost-centre": { type: "string" },
  "daily-quota": { type: "string" },
  "monthly-quota": { type: "string" },
  "quiet-hours": { type: "string" },
  "calls-per-second": { type: "string" },
} as const;

export const entityCommand = administration(
  "entity",
  "the bodies that contract the service",
  `entity add --nif NIF --name NAME [PROFILE]     contract; certified SMS is enabled
entity set --nif NIF [--name NAME] [PROFILE]   changes what is named; an empty value takes it away
entity show --nif NIF [--json]
entity list [--json]
entity enable --nif NIF
entity disable --nif NIF                        takes effect with the next call; what was accepted
                                                before still gets its certificate
entity accept --nif NIF --authentication WAYS [--sha1]
    WAYS is one or more of passwordText,passwordDigest,x509,clientCertificate;
    --sha1 accepts old signatures
PROFILE: --dir3 CODE  --language ca|es|oc|en  --cost-centre CODE
         --daily-quota N  --monthly-quota N     messages of a day and of a month
         --quiet-hours on|off   sends from 8 to 22 h, on no Sunday and no holiday of Catalonia
         --ine10 CODES                          under which PICA and PCI know it, comma between them
         --user-by WAYS                         which user calls through them: by usernameToken,
                                                signature, connection and (or) officer
         --bus-timestamp signed|unsigned|optional   what signed messages of theirs have to carry
         --calls-per-second N                   on each replica; else ENTITY_CALLS_PER_SECOND
All that change something take --by NAME and --ticket NUMBER (of the service desk; needed in production)`,
  {
    async add(database, args) {
      const options = readArguments(args, PROFILE_OPTIONS);
      const nif = options.needed("nif").toUpperCase();
      // Only of what is new: one that was added before can still be named.
      if (!isNif(nif)) throw new UsageError(`the control character of NIF ${nif} is not right`);
      if (await findEntityByNif(database.db, nif)) {
        throw new UsageError(`there is an entity with NIF ${nif} already`);
      }
      const entity: Entity = {
        ...readProfile(options, { name: options.needed("name"), dir3: undefined }),
        entityId: uuidv7(systemClock.now(), systemRandom) as EntityId,
        nif,
        enabled: true,
        certificatesEnabled: true,
      };
      const bus = readBusEntity(options, entity.entityId);
      const change = { ...describe(entity), ...bus.change };
      const what = { ...entityGrant(entity), action: "add", change };
      await grant(database, options, what, async (db, now) => {
        await insertEntity(db, entity, now);
        await bus.save(db);
      });
      print(`entity ${entity.name} (${nif}) added`);
    },
    async set(database, args) {
      const options = readArguments(args, PROFILE_OPTIONS);
      const before = await neededEntity(database, options);
      const after = { ...before, ...readProfile(options, before) };
      const policy = await readBusPolicy(database.db, before.entityId);
      const bus = readBusEntity(options, before.entityId, policy);
      const change = { ...changes(describe(before), describe(after)), ...bus.change };
      if (Object.keys(change).length === 0)
        throw new UsageError("nothing differs: name what to set");
      const what = { ...entityGrant(after), action: "set", change };
      await grant(database, options, what, async (db) => {
        await updateEntity(db, after);
        await bus.save(db);
      });
      print(`entity ${after.nif}: ${Object.keys(change).join(", ")} set`);
    },
    async show(database, args) {
      const options = readArguments(args, { nif: { type: "string" }, json: { type: "boolean" } });
      const entity = await neededEntity(database, options);
      const ine10 = (await listCodes(database.db)).get(entity.nif);
      const { userBy, timestamp } = await readBusPolicy(database.db, entity.entityId);
      const callers = await readCallerPolicy(database.db, entity.entityId);
      const bus = { ine10, userBy, busTimestamp: timestamp };
      showOne({ ...describe(entity), ...callers, ...bus }, options.flag("json"));
    },
    async list({ db }, args) {
      const options = readArguments(args, { json: { type: "boolean" } });
      const rows = (await listEntities(db)).map(({ nif, name, dir3, ...entity }) => {
        return {
          nif,
          name,
          dir3,
          enabled: entity.enabled,
          certificates: entity.certificatesEnabled,
        };
      });
      show(rows, options.flag("json"));
    },
    enable: (database, args) => switchEntity(database, args, true),
    disable: (database, args) => switchEntity(database, args, false),
    async accept(database, args) {
      const options = readArguments(args, {
        ...GRANT_OPTIONS,
        nif: { type: "string" },
        authentication: { type: "string" },
        sha1: { type: "boolean" },
      });
      const entity = await neededEntity(database, options);
      const accepts = options.needed("authentication").split(",");
      const unknown = accepts.find((way) => !WAYS.includes(way));
      if (unknown !== undefined) throw new UsageError(`say one or more of: ${WAYS.join(",")}`);
      const policy = { accepts, sha1: options.flag("sha1") };
      const what = { ...entityGrant(entity), action: "accept", change: policy };
      await grant(database, options, what, async (db) => {
        await setAuthenticationPolicy(db, entity.nif, policy);
      });
      print(`entity ${entity.nif} accepts ${accepts.join(", ")}`);
    },
  },
);

function readDir3(code: string | undefined): string | undefined {
  const dir3 = code?.toUpperCase();
  if (dir3 !== undefined && !isDir3(dir3)) {
    throw new UsageError("--dir3 must be a code of nine characters such as A09002970");
  }
  return dir3;
}

/** The entity of `--nif`. */
export async function neededEntity(
  { db }: OpenDatabase,
  options: Arguments,
  name = "nif",
): Promise<Entity> {
  const nif = options.needed(name).toUpperCase();
  const entity = await findEntityByNif(db, nif);
  if (!entity) throw new UsageError(`no entity has NIF ${nif}: add it first`);
  return entity;
}

async function switchEntity(
  database: OpenDatabase,
  args: readonly string[],
  on: boolean,
): Promise<void> {
  const options = readArguments(args, { ...GRANT_OPTIONS, nif: { type: "string" } });
  const before = await neededEntity(database, options);
  const after = { ...before, enabled: on, certificatesEnabled: on };
  const change = changes(describe(before), describe(after));
  const what = { ...entityGrant(before), action: on ? "enable" : "disable", change };
  await grant(database, options, what, (db) => updateEntity(db, after));
  print(`entity ${before.nif} ${on ? "enabled" : "disabled"}`);
}

function entityGrant({ entityId, nif }: Entity): {
  readonly entityId: EntityId;
  readonly subject: "entity";
  readonly name: string;
} {
  return { entityId, subject: "entity", name: nif };
}

function describe(entity: Entity): Record<string, string | number | boolean | undefined> {
  return {
    nif: entity.nif,
    name: entity.name,
    dir3: entity.dir3,
    language: entity.language ?? "ca",
    costCentre: entity.defaultCostCentre,
    dailyQuota: entity.quota?.daily,
    monthlyQuota: entity.quota?.monthly,
    quietHours: entity.quietHours ?? false,
    callsPerSecond: entity.callsPerSecond,
    enabled: entity.enabled,
    certificates: entity.certificatesEnabled,
  };
}

type Profile = Pick<
  Entity,
  "name" | "dir3" | "language" | "defaultCostCentre" | "quota" | "callsPerSecond" | "quietHours"
>;

/** What the options say, over what stood before; an empty value takes away. */
function readProfile(options: Arguments, before: Profile): Profile {
  const kept = (name: string, value: string | undefined): string | undefined => {
    const said = options.text(name);
    return said === undefined ? value : said === "" ? undefined : said;
  };
  const number = (name: string, value: number | undefined): number | undefined => {
    const said = kept(name, value?.toString());
    if (said !== undefined && !/^\d{1,9}$/.test(said)) {
      throw new UsageError(`--${name} must be a number`);
    }
    return said === undefined ? undefined : Number(said);
  };
  const daily = number("daily-quota", before.quota?.daily);
  const monthly = number("monthly-quota", before.quota?.monthly);
  const callsPerSecond = number("calls-per-second", before.callsPerSecond);
  if (callsPerSecond === 0) throw new UsageError("--calls-per-second must be 1 or more");
  return {
    name: kept("name", before.name) ?? before.name,
    dir3: readDir3(kept("dir3", before.dir3)),
    language: readLanguage(kept("language", before.language)),
    defaultCostCentre: kept("cost-centre", before.defaultCostCentre),
    quota: daily === undefined && monthly === undefined ? undefined : { daily, monthly },
    callsPerSecond,
    quietHours: readSwitch(options, "quiet-hours") ?? before.quietHours,
  };
}

function readSwitch(options: Arguments, name: string): boolean | undefined {
  const said = options.text(name);
  if (said !== undefined && said !== "on" && said !== "off") {
    throw new UsageError(`--${name} is on or off`);
  }
  return said === undefined ? undefined : said === "on";
}

function readLanguage(said: string | undefined): Language | undefined {
  const language = LANGUAGES.find((each) => each === said);
  if (said !== undefined && !language)
    throw new UsageError(`--language is ${LANGUAGES.join(", ")}`);
  return language;
}
