import { isDir3 } from "../../domain/eni.ts";
import type { Entity } from "../../domain/entity.ts";
import { uuidv7, type EntityId } from "../../domain/ids.ts";
import {
  findEntityByNif,
  insertEntity,
  listEntities,
  setAuthenticationPolicy,
  setEntityPermissions,
} from "../../store/entities.ts";
import { systemClock, systemRandom } from "../../system.ts";
import { print, readArguments, table, UsageError } from "../command.ts";
import type { OpenDatabase } from "../open-database.ts";
import { administration } from "./actions.ts";

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
        dir3: readDir3(options.text("dir3")),
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

function readDir3(code: string | undefined): string | undefined {
  const dir3 = code?.toUpperCase();
  if (dir3 !== undefined && !isDir3(dir3)) {
    throw new UsageError("--dir3 must be a code of nine characters such as A09002970");
  }
  return dir3;
}

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
