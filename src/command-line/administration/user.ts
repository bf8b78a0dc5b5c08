import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { PERMISSIONS, type Permission, type User } from "../../domain/entity.ts";
import { uuidv7, type UserId } from "../../domain/ids.ts";
import { encryptSecret, hashSecret, makeSecret } from "../../domain/secret.ts";
import {
  findCredentialByCertificate,
  insertUser,
  listUsers,
  registerCertificate,
  setSecret,
  updateUser,
  type UserProfile,
} from "../../store/parties/users.ts";
import { systemClock, systemRandom } from "../../system.ts";
import { print, readArguments, UsageError, type Arguments } from "../command.ts";
import type { OpenDatabase } from "../open-database.ts";
import { administration, changes, grant, GRANT_OPTIONS, show, showOne } from "./actions.ts";
import { BUS_USER_OPTIONS, readBusUser } from "./bus-profile.ts";
import { neededEntity } from "./entity.ts";
import { daysOf, readValidity, validityInWords, VALIDITY_OPTIONS } from "./validity.ts";

type ProfiledUser = User & UserProfile;

const PROFILE_OPTIONS = {
  ...GRANT_OPTIONS,
  ...BUS_USER_OPTIONS,
  ...VALIDITY_OPTIONS,
  username: { type: "string" },
  name: { type: "string" },
  kind: { type: "string" },
  permissions: { type: "string" },
} as const;

export const userCommand = administration(
  "user",
  "the people and applications that act for an entity",
  `user add --entity NIF --username NAME [PROFILE] [--no-digest]
    the secret is made and shown once; --no-digest keeps only its scrypt, which rules out PasswordDigest
user set --username NAME [PROFILE]              changes what is named; an empty value takes it away
user secret --username NAME [--no-digest]       a new secret, shown once; the old one ends
user show --username NAME [--json]
user list [--entity NIF] [--json]
user enable --username NAME
user disable --username NAME                    takes effect with the next call
user certificate --username NAME --file PEM     lets an X.509 certificate stand for the user
PROFILE: --name TEXT  --kind person|application
         --valid-from DAY  --valid-until DAY    as 2026-12-31, in Europe/Madrid; both are included
         --nif NIF  the person's, who is found by it as the Funcionario of a message of PICA or PCI
         --bus yes  the user of the bus itself: calls for every entity that knows its users by officer
         --permissions LIST   of send,certificates,consult,administer; send,certificates when new
All that change something take --by NAME and --ticket NUMBER (of the service desk; needed in production)`,
  {
    async add(database, args) {
      const options = readArguments(args, {
        ...PROFILE_OPTIONS,
        entity: { type: "string" },
        "no-digest": { type: "boolean" },
      });
      const entity = await neededEntity(database, options, "entity");
      const username = options.needed("username").toLowerCase();
      if (await findUser(database, username)) throw new UsageError(`${username} is taken`);
      const now = systemClock.now();
      const user: ProfiledUser = readProfile(options, {
        userId: uuidv7(now, systemRandom) as UserId,
        entityId: entity.entityId,
        username,
        enabled: true,
        permissions: ["send", "certificates"],
        fullName: undefined,
        kind: "application",
      });
      const { secret, hashed } = await newSecret(database, options);
      const bus = readBusUser(options, username);
      const what = grantOf(user, "add", { ...describe(user), ...bus.change });
      await grant(database, options, what, async (db, at) => {
        await insertUser(db, user, hashed, at);
        await bus.save(db);
      });
      tellValidity(user);
      tellSecret(username, secret);
    },
    async set(database, args) {
      const options = readArguments(args, PROFILE_OPTIONS);
      const before = await neededUser(database, options);
      const after = readProfile(options, before);
      const bus = readBusUser(options, before.username);
      const change = { ...changes(describe(before), describe(after)), ...bus.change };
      if (Object.keys(change).length === 0)
        throw new UsageError("nothing differs: name what to set");
      await grant(database, options, grantOf(after, "set", change), async (db) => {
        await updateUser(db, after);
        await bus.save(db);
      });
      print(`user ${after.username}: ${Object.keys(change).join(", ")} set`);
      if ("validFrom" in change || "validUntil" in change) tellValidity(after);
    },
    async secret(database, args) {
      const options = readArguments(args, {
        ...GRANT_OPTIONS,
        username: { type: "string" },
        "no-digest": { type: "boolean" },
      });
      const user = await neededUser(database, options);
      const { secret, hashed } = await newSecret(database, options);
      await grant(database, options, grantOf(user, "secret", {}), (db) =>
        setSecret(db, user.userId, hashed),
      );
      tellSecret(user.username, secret);
    },
    async show(database, args) {
      const options = readArguments(args, {
        username: { type: "string" },
        json: { type: "boolean" },
      });
      showOne(describe(await neededUser(database, options)), options.flag("json"));
    },
    async list({ db }, args) {
      const options = readArguments(args, {
        entity: { type: "string" },
        json: { type: "boolean" },
      });
      const users = await listUsers(db, { nif: options.text("entity")?.toUpperCase() });
      show(
        users.map(({ user, entity }) => ({
          username: user.username,
          entity: entity.name,
          nif: entity.nif,
          enabled: user.enabled,
          permissions: user.permissions,
        })),
        options.flag("json"),
      );
    },
    enable: (database, args) => switchUser(database, args, true),
    disable: (database, args) => switchUser(database, args, false),
    async certificate(database, args) {
      const options = readArguments(args, {
        ...GRANT_OPTIONS,
        username: { type: "string" },
        file: { type: "string" },
      });
      const user = await neededUser(database, options);
      const certificate = readX509(options.needed("file"));
      const fingerprint = certificate.fingerprint256.replaceAll(":", "").toLowerCase();
      const notAfter = new Date(certificate.validTo);
      if (await findCredentialByCertificate(database.db, fingerprint)) {
        throw new UsageError("this certificate stands for a user already");
      }
      const { userId } = user;
      const { subject } = certificate;
      const what = grantOf(user, "certificate", { fingerprint, notAfter });
      await grant(database, options, what, (db, now) =>
        registerCertificate(db, { fingerprint, userId, subject, notAfter }, now),
      );
      print(`the certificate ${fingerprint} stands for the user until ${notAfter.toISOString()}`);
    },
  },
);

async function findUser({ db }: OpenDatabase, username: string): Promise<ProfiledUser | undefined> {
  const [found] = await listUsers(db, { username });
  return found?.user;
}

/** The user of `--username`. */
export async function neededUser(
  database: OpenDatabase,
  options: Arguments,
): Promise<ProfiledUser> {
  const user = await findUser(database, options.needed("username"));
  if (!user) throw new UsageError("there is no such user");
  return user;
}

async function switchUser(
  database: OpenDatabase,
  args: readonly string[],
  on: boolean,
): Promise<void> {
  const options = readArguments(args, { ...GRANT_OPTIONS, username: { type: "string" } });
  const before = await neededUser(database, options);
  const after = { ...before, enabled: on };
  const change = changes(describe(before), describe(after));
  await grant(database, options, grantOf(before, on ? "enable" : "disable", change), (db) =>
    updateUser(db, after),
  );
  print(`user ${before.username} ${on ? "enabled" : "disabled"}`);
}

function grantOf(
  { entityId, username }: User,
  action: string,
  change: Readonly<Record<string, unknown>>,
): Parameters<typeof grant>[2] {
  return { entityId, subject: "user", name: username, action, change };
}

function describe(
  user: ProfiledUser,
): Record<string, string | boolean | Date | readonly string[] | undefined> {
  return {
    username: user.username,
    name: user.fullName,
    kind: user.kind,
    enabled: user.enabled,
    permissions: user.permissions,
    ...daysOf(user),
  };
}

async function newSecret(
  { secretsKey }: OpenDatabase,
  options: Arguments,
): Promise<{ secret: string; hashed: Parameters<typeof setSecret>[2] }> {
  const secret = makeSecret(systemRandom);
  const encrypted = options.flag("no-digest")
    ? undefined
    : encryptSecret(secret, secretsKey, systemRandom);
  return { secret, hashed: { scrypt: await hashSecret(secret, systemRandom), encrypted } };
}

function tellSecret(username: string, secret: string): void {
  print(`username  ${username}\nsecret    ${secret}\n\nThe secret is not shown again.`);
}

function tellValidity(user: ProfiledUser): void {
  const told = validityInWords(user);
  if (told !== undefined) print(told);
}

function readProfile(options: Arguments, before: ProfiledUser): ProfiledUser {
  const name = options.text("name");
  const kind = options.text("kind") ?? before.kind;
  if (kind !== "person" && kind !== "application") {
    throw new UsageError("--kind is person or application");
  }
  return {
    ...before,
    ...readValidity(options, before),
    fullName: name === undefined ? before.fullName : name === "" ? undefined : name,
    kind,
    permissions: readPermissions(options.text("permissions")) ?? before.permissions,
  };
}

function readPermissions(said: string | undefined): readonly Permission[] | undefined {
  if (said === undefined) return undefined;
  const words = said.split(",").filter((word) => word !== "");
  const unknown = words.find((word) => !PERMISSIONS.some((each) => each === word));
  if (unknown !== undefined)
    throw new UsageError(`--permissions is a list of ${PERMISSIONS.join(",")}`);
  return PERMISSIONS.filter((each) => words.includes(each));
}

function readX509(path: string): X509Certificate {
  try {
    return new X509Certificate(readFileSync(path));
  } catch {
    throw new UsageError("--file must be an X.509 certificate, in PEM or DER");
  }
}
