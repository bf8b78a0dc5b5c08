import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { join } from "node:path";
import { SetupProblem } from "../connection/setup-problem.ts";

const PROGRAM_FOLDERS = [
  "/usr/local/sbin",
  "/usr/local/bin",
  "/usr/sbin",
  "/usr/bin",
  "/sbin",
  "/bin",
];
const NOBODY = 65_534;

/** The service's own environment stays out of PostgreSQL: it may hold passwords or PGDATA. */
export const SERVER_ENVIRONMENT = { PATH: PROGRAM_FOLDERS.join(":"), LC_ALL: "C", TZ: "UTC" };

/** Exit code of a command that found the lock of the data directory taken. */
export const LOCK_TAKEN = 75;

const REMOVE_THEN_RUN = 'while [ "$1" != -- ]; do rm -f "$1"; shift; done; shift; exec "$@"';

/** How PostgreSQL programs are run here: never as root, and never longer than this process. */
export interface Sandbox {
  /** The words to put before a command. */
  readonly prefix: readonly string[];
  /**
   * The same, holding a lock on a file for as long as the command or a child of it lives. Who has the
   * lock is alone, so files that a killed predecessor left are removed first.
   */
  readonly lockedPrefix: (lockFile: string, leftovers: readonly string[]) => readonly string[];
  /** Who must own the files; undefined when it is the user of this process. */
  readonly owner: number | undefined;
  /** Whether the kernel ends the command when this process dies, even by kill -9. */
  readonly endsWithUs: boolean;
}

/**
 * PostgreSQL refuses to run as root. Inside a user namespace root is shown as nobody while files keep
 * belonging to root, so a checkout in root's home works and no user is added. Where namespaces are
 * forbidden (some containers) the fallback is to become nobody for real.
 */
export async function chooseSandbox(uid: number | undefined): Promise<Sandbox> {
  const [unshare, setpriv, flock] = await Promise.all(["unshare", "setpriv", "flock"].map(find));
  const locked = (file: string, leftovers: readonly string[]): string[] => {
    if (flock === undefined) return [];
    const take = [flock, "--nonblock", `--conflict-exit-code=${LOCK_TAKEN}`, "--no-fork", file];
    return [...take, "sh", "-c", REMOVE_THEN_RUN, "sh", ...leftovers, "--"];
  };
  const build = (words: readonly string[], owner?: number): Sandbox => {
    const prefix = setpriv === undefined ? words : [...words, ...guarded];
    return {
      prefix,
      lockedPrefix: (file, leftovers) => [...locked(file, leftovers), ...prefix],
      owner,
      endsWithUs: setpriv !== undefined,
    };
  };
  if (uid !== 0) return build(setpriv === undefined ? [] : [setpriv, "--pdeathsig", "INT"]);
  if (unshare !== undefined) {
    const namespace = [unshare, "--user", `--map-user=${NOBODY}`, `--map-group=${NOBODY}`];
    if (await succeeds([...namespace, "true"])) {
      return build(
        setpriv === undefined ? namespace : [...namespace, setpriv, "--pdeathsig", "INT"],
      );
    }
  }
  if (setpriv === undefined) throw noWayFromRoot();
  const nobody = [setpriv, `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
  return build([...nobody, "--pdeathsig", "INT"], NOBODY);
}

/**
 * The signal of the parent's death is asked for after the fork: had we died before, it would never
 * come. So the parent is looked at once more before the program itself begins.
 */
const guarded = ["sh", "-c", '[ "$PPID" = "$0" ] || exit 70; exec "$@"', String(process.pid)];

async function find(program: string): Promise<string | undefined> {
  for (const folder of PROGRAM_FOLDERS) {
    const path = join(folder, program);
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  return undefined;
}

function succeeds([command = "", ...words]: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(command, words, { env: SERVER_ENVIRONMENT }, (error) => resolve(error === null));
  });
}

const noWayFromRoot = (): SetupProblem =>
  new SetupProblem({
    ca: "La base de dades incorporada no es pot executar com a root en aquesta màquina. Executeu el servei amb un usuari corrent, o definiu DATABASE_URL.",
    es: "La base de datos incorporada no puede ejecutarse como root en esta máquina. Ejecute el servicio con un usuario corriente, o defina DATABASE_URL.",
    en: "The embedded database cannot run as root on this machine. Run the service as an ordinary user, or set DATABASE_URL.",
  });
