import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Entity } from "../domain/entity.ts";
import { uuidv7, type EntityId, type UserId } from "../domain/ids.ts";
import { encryptSecret, hashSecret } from "../domain/secret.ts";
import {
  findEntityByNif,
  insertEntity,
  listEntities,
  setAuthenticationPolicy,
  setEntityPermissions,
} from "../store/entities.ts";
import {
  authoriseMailbox,
  findCredential,
  findCredentialByCertificate,
  insertUser,
  listUsers,
  registerCertificate,
  setUserPermissions,
} from "../store/users.ts";
import { systemClock, systemRandom } from "../system.ts";
import { print, readArguments, table, UsageError, type Command } from "./command.ts";
import { withDatabase, type OpenDatabase } from "./open-database.ts";

type Action = (database: OpenDatabase, args: readonly string[]) => Promise<void>;

function administration(
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

export const entityCommand = administration(
  "entity",
  "the bodies that contract the service",
  `entity add --name NAME --nif NIF [--dir3 CODE]   contract; certified SMS is enabled
entity list
entity enable --nif NIF
entity disable --nif NIF                        takes effect with the next call
entity accept --nif NIF --authentication WAYS [--sha1]
    WAYS is one or more of passwordText,passwordDigest,x509; --sha1 accepts old signatures`,
  {
    async accept({ db }, args) {
      const options = readArguments(args, {
        nif: { type: "string" },
        authentication: { type: "string" },
        sha1: { type: "boolean" },
      });
      const nif = options.needed("nif").toUpperCase();
      const accepts = options.needed("authentication").split(",");
      const unknown = accepts.find((way) => !WAYS.includes(way));
      if (unknown !== undefined) throw new UsageError(`say one or more of: ${WAYS.join(",")}`);
      if (!(await setAuthenticationPolicy(db, nif, { accepts, sha1: options.flag("sha1") }))) {
        throw new UsageError(`no entity has NIF ${nif}`);
      }
      print(`entity ${nif} accepts ${accepts.join(", ")}`);
    },
    async add({ db }, args) {
      const options = readArguments(args, {
        name: { type: "string" },
        nif: { type: "string" },
        dir3: { type: "string" },
      });
      const now = systemClock.now();
      const nif = options.needed("nif").toUpperCase();
      if (await findEntityByNif(db, nif)) {
        throw new UsageError(`there is an entity with NIF ${nif} already`);
      }
      const entity: Entity = {
        entityId: uuidv7(now, systemRandom) as EntityId,
        name: options.needed("name"),
        nif,
        dir3: options.text("dir3"),
        enabled: true,
        certificatesEnabled: true,
      };
      await insertEntity(db, entity, now);
      print(`entity ${entity.name} (${nif}) added`);
    },
    async list({ db }) {
      const entities = await listEntities(db);
      print(
        table(
          entities.map((entity) => ({
            nif: entity.nif,
            name: entity.name,
            dir3: entity.dir3 ?? "",
            enabled: entity.enabled ? "yes" : "no",
            certificates: entity.certificatesEnabled ? "yes" : "no",
          })),
        ),
      );
    },
    enable: ({ db }, args) => switchEntity(db, args, true),
    disable: ({ db }, args) => switchEntity(db, args, false),
  },
);

const WAYS = ["passwordText", "passwordDigest", "x509"];

async function switchEntity(
  db: OpenDatabase["db"],
  args: readonly string[],
  on: boolean,
): Promise<void> {
  const nif = readArguments(args, { nif: { type: "string" } })
    .needed("nif")
    .toUpperCase();
  if (!(await setEntityPermissions(db, nif, { enabled: on, certificatesEnabled: on }))) {
    throw new UsageError(`no entity has NIF ${nif}`);
  }
  print(`entity ${nif} ${on ? "enabled" : "disabled"}`);
}

/** 24 letters and digits of 144 random bits: long enough that guessing is hopeless. */
function newSecret(): string {
  return systemRandom.bytes(18).toString("base64url");
}

export const userCommand = administration(
  "user",
  "the people and applications that act for an entity",
  `user add --entity NIF --username NAME [--no-digest]
    the secret is made and shown once; --no-digest keeps only its scrypt, which rules out PasswordDigest
user list
user enable --username NAME
user disable --username NAME                    takes effect with the next call
user certificate --username NAME --file PEM     lets an X.509 certificate stand for the user`,
  {
    async certificate({ db }, args) {
      const options = readArguments(args, {
        username: { type: "string" },
        file: { type: "string" },
      });
      const credential = await findCredential(db, options.needed("username"));
      if (!credential) throw new UsageError("there is no such user");
      const certificate = readX509(options.needed("file"));
      const fingerprint = certificate.fingerprint256.replaceAll(":", "").toLowerCase();
      const { userId } = credential.caller.user;
      const { subject } = certificate;
      const notAfter = new Date(certificate.validTo);
      if (await findCredentialByCertificate(db, fingerprint)) {
        throw new UsageError("this certificate stands for a user already");
      }
      const now = systemClock.now();
      await registerCertificate(db, { fingerprint, userId, subject, notAfter }, now);
      print(`the certificate ${fingerprint} stands for the user until ${notAfter.toISOString()}`);
    },
    async add({ db, secretsKey }, args) {
      const options = readArguments(args, {
        entity: { type: "string" },
        username: { type: "string" },
        "no-digest": { type: "boolean" },
      });
      const entity = await findEntityByNif(db, options.needed("entity").toUpperCase());
      if (!entity) throw new UsageError("no entity has this NIF: add it first");
      const username = options.needed("username").toLowerCase();
      if (await findCredential(db, username)) throw new UsageError(`${username} is taken`);
      const now = systemClock.now();
      const secret = newSecret();
      await insertUser(
        db,
        {
          userId: uuidv7(now, systemRandom) as UserId,
          entityId: entity.entityId,
          username,
          enabled: true,
          certificatesEnabled: true,
        },
        {
          scrypt: await hashSecret(secret, systemRandom),
          encrypted: options.flag("no-digest")
            ? undefined
            : encryptSecret(secret, secretsKey, systemRandom),
        },
        now,
      );
      print(`username  ${username}\nsecret    ${secret}\n\nThe secret is not shown again.`);
    },
    async list({ db }) {
      const callers = await listUsers(db);
      print(
        table(
          callers.map(({ user, entity }) => ({
            username: user.username,
            entity: entity.name,
            nif: entity.nif,
            enabled: user.enabled ? "yes" : "no",
            certificates: user.certificatesEnabled ? "yes" : "no",
          })),
        ),
      );
    },
    enable: ({ db }, args) => switchUser(db, args, true),
    disable: ({ db }, args) => switchUser(db, args, false),
  },
);

function readX509(path: string): X509Certificate {
  try {
    return new X509Certificate(readFileSync(path));
  } catch {
    throw new UsageError("--file must be an X.509 certificate, in PEM or DER");
  }
}

async function switchUser(
  db: OpenDatabase["db"],
  args: readonly string[],
  on: boolean,
): Promise<void> {
  const username = readArguments(args, { username: { type: "string" } }).needed("username");
  if (!(await setUserPermissions(db, username, { enabled: on, certificatesEnabled: on }))) {
    throw new UsageError(`there is no user ${username}`);
  }
  print(`user ${username} ${on ? "enabled" : "disabled"}`);
}

export const mailboxCommand = administration(
  "mailbox",
  "the addresses that may receive certificates",
  "mailbox add --username NAME --address MAIL",
  {
    async add({ db }, args) {
      const options = readArguments(args, {
        username: { type: "string" },
        address: { type: "string" },
      });
      const credential = await findCredential(db, options.needed("username"));
      if (!credential) throw new UsageError("there is no such user");
      const address = options.needed("address");
      if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address)) {
        throw new UsageError("--address must be an e-mail address");
      }
      const { userId } = credential.caller.user;
      await authoriseMailbox(db, userId, address, systemClock.now());
      print(`${address} may receive the certificates of ${credential.caller.user.username}`);
    },
  },
);
