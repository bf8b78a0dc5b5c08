import { orderResend, type ResendRefusal } from "../lifecycle/decisions/order-resend.ts";
import { readLastPass } from "../store/fixity.ts";
import { checkIntegrity, INVARIANTS } from "../store/integrity.ts";
import { systemClock } from "../system.ts";
import {
  neededMessageId,
  print,
  readArguments,
  table,
  UsageError,
  type Command,
} from "./command.ts";
import { withDatabase } from "./open-database.ts";

const REFUSED: Record<ResendRefusal, string> = {
  unknown: "there is no such message",
  notIndeterminate: "only a message whose acceptance was not confirmed may be sent again",
  orderedAlready: "that was ordered already, and it will be sent",
  ended: "its outcome is closed, or it was cancelled: nothing more is sent",
  tooLate: "its period is over: its outcome is about to be closed",
};

export const resendCommand: Command = {
  name: "resend",
  summary: "orders a message whose acceptance was not confirmed to be sent again",
  usage: `resend --message ID --by NAME --why TEXT
  the recipient may get it twice; who ordered it and why becomes evidence, and the certificate tells it`,
  async run(args) {
    const options = readArguments(args, {
      message: { type: "string" },
      by: { type: "string" },
      why: { type: "string" },
    });
    const order = { orderedBy: options.needed("by"), reason: options.needed("why") };
    const messageId = neededMessageId(options);
    const answer = await withDatabase(({ db }) =>
      orderResend({ db, clock: systemClock }, messageId, order),
    );
    if (answer !== "ordered") throw new UsageError(REFUSED[answer]);
    print(`${messageId} will be sent again`);
    return 0;
  },
};

export const verifyCommand: Command = {
  name: "verify",
  summary: "checks every promise in the database; exit code 1 when one is broken",
  usage: `verify         beside a running service; exit code 0 when every invariant holds, 1 when one is broken
verify --list  every invariant, and what to do when it is broken`,
  async run(args) {
    if (readArguments(args, { list: { type: "boolean" } }).flag("list")) {
      print(INVARIANTS.map(({ name, remedy }) => `${name}\n  ${remedy}`).join("\n"));
      return 0;
    }
    return withDatabase(async ({ db }) => {
      const pass = await readLastPass(db);
      print(
        pass
          ? `certificates read again on ${pass.beganAt.toISOString()}: ${pass.files}, ${pass.failures} damaged`
          : "no certificate was read again yet: serve does it each night",
      );
      const damages = await checkIntegrity(db, systemClock.now());
      if (damages.length === 0) {
        print("every invariant holds");
        return 0;
      }
      print(
        table(
          damages.map(({ invariant, messageId, detail }) => ({ invariant, of: messageId, detail })),
        ),
      );
      const remedies = new Map(damages.map(({ invariant, remedy }) => [invariant, remedy]));
      print(`\nWhat to do:`);
      for (const [invariant, remedy] of remedies) print(`- ${invariant}: ${remedy}`);
      return 1;
    });
  },
};
