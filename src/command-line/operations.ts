import { UUID, type MessageId } from "../domain/ids.ts";
import { orderResend, type ResendRefusal } from "../lifecycle/order-resend.ts";
import { readLastPass } from "../store/fixity.ts";
import { checkIntegrity, INVARIANTS } from "../store/integrity.ts";
import { readUnmatched } from "../store/receipts.ts";
import { readBacklog, readDeadWork, requeue, type Step } from "../store/work.ts";
import { systemClock } from "../system.ts";
import { print, readArguments, table, UsageError, type Command } from "./command.ts";
import { withDatabase } from "./open-database.ts";

export const workCommand: Command = {
  name: "work",
  summary: "what is left to do, and what waits for a person",
  usage: `work                                    the backlog of each step, and what was given up
work requeue --step STEP --message ID   tries again what was given up`,
  async run(args) {
    await withDatabase(async ({ db }) => {
      const now = systemClock.now();
      if (args[0] === "requeue") {
        const options = readArguments(args.slice(1), {
          step: { type: "string" },
          message: { type: "string" },
        });
        const [step, message] = [options.needed("step"), options.needed("message")];
        if (!(await requeue(db, step as Step, message, now))) {
          throw new UsageError("no such step of this message was given up");
        }
        print(`${step} of ${message} is due again`);
        return;
      }
      const backlog = await readBacklog(db, now);
      print(
        table(
          backlog.map((row) => ({
            step: row.step,
            waiting: row.waiting,
            due: row.due,
            "given up": row.dead,
            "oldest due": row.oldestDueAt?.toISOString() ?? "",
            "put off because": row.cause ?? "",
          })),
        ),
      );
      const unmatched = await readUnmatched(db);
      if (unmatched.count > 0) {
        const since = unmatched.oldestAt?.toISOString() ?? "";
        print(`\n${unmatched.count} receipts belong to no segment that we know, since ${since}`);
      }
      const dead = await readDeadWork(db);
      if (dead.length > 0) print(`\nGiven up, waiting for a person:\n${table(dead)}`);
    });
    return 0;
  },
};

const REFUSED: Record<ResendRefusal, string> = {
  unknown: "there is no such message",
  notIndeterminate: "only a message whose acceptance was not confirmed may be sent again",
  tooLate: "its period is over",
};

export const resendCommand: Command = {
  name: "resend",
  summary: "orders a message whose acceptance was not confirmed to be sent again",
  usage: `resend --message ID --by NAME --reason TEXT
  the recipient may get it twice; who ordered it and why becomes evidence, and the certificate tells it`,
  async run(args) {
    const options = readArguments(args, {
      message: { type: "string" },
      by: { type: "string" },
      reason: { type: "string" },
    });
    const order = { orderedBy: options.needed("by"), reason: options.needed("reason") };
    const messageId = options.needed("message").toLowerCase();
    if (!UUID.test(messageId)) throw new UsageError("--message must be the id of a message");
    const answer = await withDatabase(({ db }) =>
      orderResend({ db, clock: systemClock }, messageId as MessageId, order),
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
