import { mkdir, open, readFile, rename, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { CopiedTable } from "./tables.ts";

/** The first line of the journal of a copy. */
export interface CopyHead {
  readonly format: 1;
  readonly copyId: string;
  readonly beganAt: string;
  readonly migrations: readonly string[];
  readonly tables: readonly CopiedTable[];
  /** Changes when anything is written to the database that is copied. */
  readonly tide: string;
  /** Tells whether the key of the users' secrets is the same. */
  readonly keyProof: string;
}

/** A file of rows. */
export interface CopiedBlock {
  readonly table: string;
  readonly file: string;
  readonly rows: number;
  /** Of the lines, before compression. */
  readonly sha256: string;
}

type JournalLine = CopiedBlock | { readonly tableEnd: string } | { readonly complete: true };

export interface Journal {
  readonly head: CopyHead | undefined;
  readonly lines: readonly JournalLine[];
}

const JOURNAL = "journal.ndjson";

/** What a folder holds of a copy; a last line that was torn by a crash counts as not written. */
export async function readJournal(folder: string): Promise<Journal> {
  const text = await readFile(join(folder, JOURNAL), "utf8").catch(() => "");
  const [head, ...lines] = text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);
  return { head: head as CopyHead | undefined, lines: lines as JournalLine[] };
}

/** Appends lines; each is durable when the call resolves. */
export interface JournalWriter {
  append(line: CopyHead | JournalLine): Promise<void>;
  close(): Promise<void>;
}

/** Opens the journal of a folder to go on after its last whole line, or to begin again. */
export async function openJournal(
  folder: string,
  { again }: { readonly again: boolean },
): Promise<JournalWriter> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, JOURNAL);
  const file = await open(path, again ? "w+" : "a+", 0o600);
  const text = await file.readFile("utf8");
  await file.truncate(Buffer.byteLength(text.slice(0, text.lastIndexOf("\n") + 1)));
  return {
    async append(line) {
      await file.appendFile(`${JSON.stringify(line)}\n`);
      await file.sync();
    },
    close: () => file.close(),
  };
}

/** Writes the lines of a block, durable on return: a file is whole or not there. */
export async function writeBlock(path: string, lines: readonly string[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const packed = await promisify(gzip)(lines.map((line) => `${line}\n`).join(""));
  const file = await open(`${path}.part`, "w", 0o600);
  try {
    await file.writeFile(packed);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.part`, path);
  await syncFolder(dirname(path));
}

async function syncFolder(path: string): Promise<void> {
  const folder: FileHandle = await open(path, "r");
  await folder.sync().finally(() => folder.close());
}

export async function readBlock(path: string): Promise<string[]> {
  const text = (await promisify(gunzip)(await readFile(path))).toString("utf8");
  return text.split("\n").slice(0, -1);
}
