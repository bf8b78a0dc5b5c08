import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { uuidv7, type UserId } from "../../domain/ids.ts";
import { encryptSecret, hashSecret } from "../../domain/secret.ts";
import { findEntityByNif } from "../../store/entities.ts";
import {
  findCredential,
  findCredentialByCertificate,
  insertUser,
  listUsers,
  registerCertificate,
  setUserPermissions,
} from "../../store/users.ts";
import { systemClock, systemRandom } from "../../system.ts";
import { print, readArguments, table, UsageError } from "../command.ts";
import type { OpenDatabase } from "../open-database.ts";
import { administration } from "./actions.ts";

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
