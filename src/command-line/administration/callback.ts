import { whyNotCallable, type Uncallable } from "../../callback/allowed-address.ts";
import { CALLBACK_EVENTS, type CallbackEvent } from "../../domain/callback.ts";
import type { Entity } from "../../domain/entity.ts";
import { encryptSecret, makeSecret } from "../../domain/secret.ts";
import {
  findCallback,
  listCallbacks,
  readCallbackBacklog,
  requeueCallbacks,
  saveCallback,
  type Callback,
} from "../../store/parties/callbacks.ts";
import { systemClock, systemRandom } from "../../system.ts";
import { print, readArguments, UsageError, type Arguments } from "../command.ts";
import type { OpenDatabase } from "../open-database.ts";
import { administration, changes, grant, GRANT_OPTIONS, show, showOne } from "./actions.ts";
import { neededEntity } from "./entity.ts";

const OPTIONS = { ...GRANT_OPTIONS, entity: { type: "string" } } as const;

const SET_OPTIONS = {
  ...OPTIONS,
  url: { type: "string" },
  style: { type: "string" },
  events: { type: "string" },
  security: { type: "string" },
  username: { type: "string" },
} as const;

export const callbackCommand = administration(
  "callback",
  "endpoints of back offices that want to be told",
  `callback set --entity NIF --url URL --style soap|json [--events LIST] [--security WAY] [--username NAME]
    the secret is made and shown once. WAY of soap: passwordText (the default), passwordDigest or none;
    of json it is always an HMAC. LIST is some of ${CALLBACK_EVENTS.join(",")}
callback list [--json]                          all endpoints, with what is still to be told
callback show --entity NIF [--json]             with what is still to be told
callback enable --entity NIF
callback disable --entity NIF                   nothing more is told
callback requeue --entity NIF                   tells again what was given up after three days
What changes something takes --by NAME and --ticket NUMBER (of the service desk; needed in production)`,
  {
    async set(database, args) {
      const options = readArguments(args, SET_OPTIONS);
      const entity = await neededEntity(database, options, "entity");
      const callback = readCallback(options, entity);
      const problem = await whyNotCallable(new URL(callback.url), database.settings.callback);
      if (problem === "noTls" || problem === "forbidden") throw new UsageError(REFUSED[problem]);
      const secret = makeSecret(systemRandom);
      const needsSecret = callback.security !== "none";
      const encryptedSecret = needsSecret
        ? encryptSecret(secret, database.secretsKey, systemRandom)
        : undefined;
      await save(database, options, entity, "set", { ...callback, encryptedSecret });
      print(`${callback.url} is told ${callback.events.join(", ")}`);
      if (problem === "unknownHost") {
        print(`${new URL(callback.url).hostname} has no address yet, as far as this machine knows`);
      }
      if (needsSecret) print(`\nsecret    ${secret}\n\nThe secret is not shown again.`);
    },
    async show(database, args) {
      const options = readArguments(args, {
        entity: { type: "string" },
        json: { type: "boolean" },
      });
      const { entityId } = await neededEntity(database, options, "entity");
      const callback = await neededCallback(database, entityId);
      const backlog = await readCallbackBacklog(database.db, entityId);
      showOne(
        {
          ...describe(callback),
          waiting: backlog.waiting,
          givenUp: backlog.dead,
          cause: backlog.cause,
        },
        options.flag("json"),
      );
    },
    async list(database, args) {
      const options = readArguments(args, { json: { type: "boolean" } });
      show(await listCallbacks(database.db), options.flag("json"));
    },
    enable: (database, args) => switchCallback(database, args, true),
    disable: (database, args) => switchCallback(database, args, false),
    async requeue(database, args) {
      const options = readArguments(args, OPTIONS);
      const { entityId } = await neededEntity(database, options, "entity");
      print(`${await requeueCallbacks(database.db, entityId, systemClock.now())} are due again`);
    },
  },
);

const REFUSED: Record<Exclude<Uncallable, "unknownHost">, string> = {
  noTls: "--url must begin with https://: CALLBACK_HTTP is off",
  forbidden:
    "--url is in a network that may not be called: serve calls public addresses, and what CALLBACK_ALLOWED_NETWORKS names",
};

async function switchCallback(
  database: OpenDatabase,
  args: readonly string[],
  on: boolean,
): Promise<void> {
  const options = readArguments(args, OPTIONS);
  const entity = await neededEntity(database, options, "entity");
  const before = await neededCallback(database, entity.entityId);
  await save(database, options, entity, on ? "enable" : "disable", { ...before, enabled: on });
  print(`call-back of ${entity.nif} ${on ? "enabled" : "disabled"}`);
}

async function neededCallback(
  { db }: OpenDatabase,
  entityId: Entity["entityId"],
): Promise<Callback> {
  const callback = await findCallback(db, entityId);
  if (!callback) throw new UsageError("the entity has no call-back: callback set makes one");
  return callback;
}

async function save(
  database: OpenDatabase,
  options: Arguments,
  { entityId, nif }: Entity,
  action: string,
  after: Callback,
): Promise<void> {
  const before = await findCallback(database.db, entityId);
  const change = changes(before ? describe(before) : {}, describe(after));
  const what = { entityId, subject: "callback", name: nif, action, change } as const;
  await grant(database, options, what, (db) => saveCallback(db, after));
}

function describe({
  style,
  url,
  events,
  security,
  username,
  enabled,
}: Callback): Record<string, string | boolean | readonly string[] | undefined> {
  return { style, url, events, security, username, enabled };
}

function readCallback(options: Arguments, { entityId }: Entity): Callback {
  const style = options.needed("style");
  if (style !== "soap" && style !== "json") throw new UsageError("--style is soap or json");
  const url = options.needed("url");
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new UsageError("--url must be an address such as https://backoffice.example.cat/sms");
  }
  const security = options.text("security") ?? (style === "json" ? "hmac" : "passwordText");
  const allowed = style === "json" ? ["hmac"] : ["passwordText", "passwordDigest", "none"];
  if (!allowed.includes(security)) throw new UsageError(`--security is ${allowed.join(", ")}`);
  const username =
    security === "passwordText" || security === "passwordDigest"
      ? (options.text("username") ?? "sms-certificat")
      : undefined;
  return {
    ...{ entityId, style, url, username, enabled: true, encryptedSecret: undefined },
    events: readEvents(options.text("events")),
    security: security as Callback["security"],
  };
}

function readEvents(said: string | undefined): readonly CallbackEvent[] {
  if (said === undefined) return CALLBACK_EVENTS;
  const words = said.split(",");
  const unknown = words.find((word) => !CALLBACK_EVENTS.some((each) => each === word));
  if (unknown !== undefined)
    throw new UsageError(`--events is a list of ${CALLBACK_EVENTS.join(",")}`);
  return CALLBACK_EVENTS.filter((each) => words.includes(each));
}
