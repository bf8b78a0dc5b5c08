import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { nodeWords } from "../support/program.ts";

/** Every command of the README's administration page, as it stands there, in order. */
const README = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");
const BLOCK = /<!-- administration: .*?-->\s*```sh\n(.*?)```/s.exec(README)?.[1] ?? "";
const COMMANDS = BLOCK.trim().split("\n");

let database: TestDatabase;
let directory: string;

beforeAll(async () => {
  database = await createTestDatabase();
  directory = await mkdtemp(join(tmpdir(), "sms-certificat-readme-test-"));
});
afterAll(async () => {
  await database.drop();
  await rm(directory, { recursive: true, force: true });
});

test("there are commands", () => {
  expect(COMMANDS.length).toBeGreaterThan(15);
});

test.each(COMMANDS)("%s", async (line) => {
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
  expect(words.slice(0, 2)).toEqual(["node", "dist/main.js"]);
  const [command, ...args] = nodeWords("src/main.ts", ...words.slice(2));
  const env = {
    ...process.env,
    DATABASE_URL: database.appUrl,
    DATABASE_OWNER_URL: database.ownerUrl,
    DATA_DIRECTORY: directory,
  };
  const ran = await new Promise((resolve) => {
    const child = execFile(command, args, { env }, (_error, _out, err) => {
      resolve({ code: child.exitCode, err });
    });
  });
  expect(ran).toEqual({ code: 0, err: "" });
});
