import { readArguments, UsageError, type Command } from "../../src/command-line/command.ts";
import { conflictsCommand } from "../../src/command-line/conflicts.ts";
import { exportCommand, importCommand } from "../../src/command-line/copy.ts";
import { holdCommand } from "../../src/command-line/hold.ts";
import { resendCommand, verifyCommand } from "../../src/command-line/operations.ts";
import { picaCallCommand } from "../../src/command-line/pica-call/pica-call.ts";
import { migrateCommand, serveCommand } from "../../src/command-line/serve.ts";
import { verifyPdfCommand } from "../../src/command-line/verify-pdf.ts";
import { workCommand } from "../../src/command-line/work.ts";

test("the words that a command takes, each with its name", () => {
  const { words } = readArguments(["one", "--json"], { json: { type: "boolean" } }, ["FILE"]);
  expect(words).toEqual(["one"]);
});

const named = (rows: readonly (readonly [Command, readonly string[]])[]) =>
  rows.map(([command, words]) => [[command.name, ...words].join(" "), command, words] as const);

test.each(
  named([
    [serveCommand, ["bogus"]],
    [migrateCommand, ["bogus"]],
    [workCommand, ["bogus"]],
    [workCommand, ["requeue", "bogus"]],
    [workCommand, ["restore", "bogus"]],
    [resendCommand, ["bogus"]],
    [verifyCommand, ["bogus"]],
    [holdCommand, ["list", "bogus"]],
    [holdCommand, ["add", "bogus"]],
    [conflictsCommand, ["bogus"]],
    [conflictsCommand, ["show", "019a0000-0000-7000-8000-000000000000", "bogus"]],
    [exportCommand, ["folder", "bogus"]],
    [importCommand, ["folder", "bogus"]],
    [verifyPdfCommand, ["file.pdf", "bogus"]],
    [picaCallCommand, ["file.yaml", "bogus"]],
  ]),
)("%s: a word that it does not know is refused", async (_call, command, words) => {
  const refused = await command.run(words).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(UsageError);
  expect((refused as Error).message).toBe('"bogus" means nothing here');
});

test.each([
  ["FOLDER", exportCommand],
  ["FOLDER", importCommand],
  ["FILE", verifyPdfCommand],
  ["FILE", picaCallCommand],
])("a missing %s is named", async (place, command) => {
  await expect(command.run([])).rejects.toThrow(`${place} is needed`);
});
