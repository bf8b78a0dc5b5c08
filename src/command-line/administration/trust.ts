import type { Entity } from "../../domain/entity.ts";
import { setResponsesSigned } from "../../store/entities.ts";
import type { Grant } from "../../store/grants.ts";
import { print, readArguments, UsageError } from "../command.ts";
import { administration, grant, GRANT_OPTIONS } from "./actions.ts";
import { neededEntity } from "./entity.ts";

export const trustCommand = administration(
  "trust",
  "what an entity and the service believe each other by",
  `trust responses --nif NIF --signed yes|no       answers to the entity's callers are signed
All that change something take --by NAME and --ticket NUMBER (of the service desk; needed in production)`,
  {
    async responses(database, args) {
      const options = readArguments(args, {
        ...GRANT_OPTIONS,
        nif: { type: "string" },
        signed: { type: "string" },
      });
      const entity = await neededEntity(database, options);
      const answer = options.needed("signed");
      if (answer !== "yes" && answer !== "no") throw new UsageError("--signed is yes or no");
      const signed = answer === "yes";
      await grant(database, options, grantOf(entity, "responses", { signed }), (db) =>
        setResponsesSigned(db, entity.entityId, signed),
      );
      print(`answers to ${entity.name} are ${signed ? "signed" : "not signed"}`);
    },
  },
);

function grantOf(
  { entityId, nif }: Entity,
  action: string,
  change: Grant["change"],
): Pick<Grant, "entityId" | "subject" | "name" | "action" | "change"> {
  return { entityId, subject: "entity", name: nif, action, change };
}
