#!/usr/bin/env node
import { aliasCommand } from "./command-line/administration/alias.ts";
import { callbackCommand } from "./command-line/administration/callback.ts";
import { entityCommand } from "./command-line/administration/entity.ts";
import { historyCommand } from "./command-line/administration/history.ts";
import { logoCommand } from "./command-line/administration/logo.ts";
import { mailboxCommand } from "./command-line/administration/mailbox.ts";
import { operatorCommand } from "./command-line/administration/operator.ts";
import { tariffCommand } from "./command-line/administration/tariff.ts";
import { usageCommand } from "./command-line/administration/usage.ts";
import { trustCommand } from "./command-line/administration/trust.ts";
import { userCommand } from "./command-line/administration/user.ts";
import { print, UsageError, type Command } from "./command-line/command.ts";
import { conflictsCommand } from "./command-line/conflicts.ts";
import { exportCommand, importCommand } from "./command-line/copy.ts";
import { demoCommand } from "./command-line/demo.ts";
import { resendCommand, verifyCommand } from "./command-line/operations.ts";
import { holdCommand } from "./command-line/hold.ts";
import { picaCallCommand } from "./command-line/pica-call/pica-call.ts";
import { migrateCommand, serveCommand, simulateOperatorCommand } from "./command-line/serve.ts";
import { verifyPdfCommand } from "./command-line/verify-pdf.ts";
import { workCommand } from "./command-line/work.ts";
import { SettingsError } from "./settings.ts";
import { SetupProblem } from "./store/connection/setup-problem.ts";

const COMMANDS: readonly Command[] = [
  serveCommand,
  demoCommand,
  migrateCommand,
  entityCommand,
  userCommand,
  trustCommand,
  mailboxCommand,
  aliasCommand,
  callbackCommand,
  operatorCommand,
  logoCommand,
  historyCommand,
  tariffCommand,
  usageCommand,
  workCommand,
  resendCommand,
  conflictsCommand,
  holdCommand,
  verifyCommand,
  exportCommand,
  importCommand,
  verifyPdfCommand,
  picaCallCommand,
  simulateOperatorCommand,
];

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

const isHelp = (word: string): boolean => word === "--help" || word === "-h";

function help(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  const lines = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `Certified SMS: sends, proves, keeps.

sms-certificat COMMAND [--help]

${lines.join("\n")}

Settings come from the environment; README.md has the table.`;
}

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || isHelp(name) || name === "help") {
    print(help());
    return name === undefined ? EXIT_USAGE : 0;
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (!command) {
    process.stderr.write(`There is no command ${JSON.stringify(name)}.\n\n${help()}\n`);
    return EXIT_USAGE;
  }
  if (args.some(isHelp)) {
    print(`${command.summary}\n\n${indent(command.usage)}`);
    return 0;
  }
  try {
    return await command.run(args);
  } catch (error) {
    return tell(command, error);
  }
}

/** Why a file that is named cannot be read, by the code of the system. */
const UNREADABLE: Readonly<Record<string, string | undefined>> = {
  ENOENT: "there is no such file or folder",
  EACCES: "this user may not",
  EISDIR: "it is a folder",
};

/** What went wrong, in words for the person at the terminal. */
function tell(command: Command, error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n\nUsage:\n${indent(command.usage)}\n`);
    return EXIT_USAGE;
  }
  if (error instanceof SettingsError || error instanceof SetupProblem) {
    process.stderr.write(`${error.message}\n`);
    return EXIT_FAILED;
  }
  const { code = "", path = "file" } = error as Partial<NodeJS.ErrnoException>;
  const unreadable = UNREADABLE[code];
  if (unreadable !== undefined) {
    process.stderr.write(`${path} cannot be opened: ${unreadable}\n`);
    return EXIT_USAGE;
  }
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${command.name} failed: ${text}\n`);
  return EXIT_FAILED;
}

function indent(text: string): string {
  return text
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
}

process.exitCode = await main(process.argv.slice(2));
