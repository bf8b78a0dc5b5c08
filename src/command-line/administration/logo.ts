import { readFileSync } from "node:fs";
import { PngError } from "../../certificate/logo/png.ts";
import { prepareLogo } from "../../certificate/logo/prepare-logo.ts";
import { sha256 } from "../../domain/content.ts";
import type { EntityId } from "../../domain/ids.ts";
import type { Logo } from "../../domain/logo.ts";
import { readLogo, removeLogo, saveLogo } from "../../store/parties/logos.ts";
import { print, readArguments, UsageError, type Arguments } from "../command.ts";
import type { OpenDatabase } from "../open-database.ts";
import { administration, grant, GRANT_OPTIONS, showOne } from "./actions.ts";
import { neededEntity } from "./entity.ts";

const OPTIONS = { ...GRANT_OPTIONS, entity: { type: "string" } } as const;

const SET_OPTIONS = {
  ...OPTIONS,
  file: { type: "string" },
  description: { type: "string" },
} as const;

export const logoCommand = administration(
  "logo",
  "the logos of entities, as their certificates carry them",
  `logo set --entity NIF --file PNG [--description TEXT]
    TEXT is what a screen reader says of it; the name of the entity by default
logo show --entity NIF
logo remove --entity NIF                        certificates that were issued keep it
All that change something take --by NAME and --ticket NUMBER (of the service desk; needed in production)`,
  {
    async set(database, args) {
      const options = readArguments(args, SET_OPTIONS);
      const { entityId, nif, name } = await neededEntity(database, options, "entity");
      const logo = prepare(options, name);
      const change = { width: logo.width, height: logo.height, sha256: sha256(logo.samples) };
      await record(database, options, { entityId, nif, action: "logo", change }, (db, now) =>
        saveLogo(db, entityId, logo, now),
      );
      print(
        `the certificates of ${nif} carry the logo from now on: ${logo.width} × ${logo.height} ` +
          `pixels, ${logo.colour}, ${logo.samples.length} bytes`,
      );
    },
    async show(database, args) {
      const options = readArguments(args, { entity: { type: "string" } });
      const { entityId, nif } = await neededEntity(database, options, "entity");
      const logo = await readLogo(database.db, entityId);
      if (!logo) throw new UsageError(`${nif} has no logo`);
      const { width, height, colour, description } = logo;
      showOne({ width, height, colour, description, bytes: logo.samples.length }, false);
    },
    async remove(database, args) {
      const options = readArguments(args, OPTIONS);
      const { entityId, nif } = await neededEntity(database, options, "entity");
      if (!(await readLogo(database.db, entityId))) throw new UsageError(`${nif} has no logo`);
      const what = { entityId, nif, action: "logo", change: { removed: true } };
      await record(database, options, what, async (db) => {
        await removeLogo(db, entityId);
      });
      print(`the certificates of ${nif} carry no logo from now on`);
    },
  },
);

function prepare(options: Arguments, name: string): Logo {
  const file = readFile(options.needed("file"));
  try {
    return prepareLogo(file, options.text("description") ?? name);
  } catch (error) {
    if (error instanceof PngError) throw new UsageError(`--file: ${error.message}`);
    throw error;
  }
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    throw new UsageError("--file cannot be read");
  }
}

async function record(
  database: OpenDatabase,
  options: Arguments,
  what: { entityId: EntityId; nif: string; action: string; change: Record<string, unknown> },
  work: Parameters<typeof grant>[3],
): Promise<void> {
  const { entityId, nif, action, change } = what;
  await grant(database, options, { entityId, subject: "entity", name: nif, action, change }, work);
}
