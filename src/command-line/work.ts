import { readCondition, type Condition } from "../store/condition.ts";
import type { MessageId } from "../domain/ids.ts";
import { checkIntegrity, checkMessage } from "../store/integrity.ts";
import { readLeases, type HeldLease } from "../store/connection/leases.ts";
import {
  isStep,
  readDeadWork,
  requeue,
  requeueByCause,
  restoreWork,
  STEPS,
  type DeadWork,
} from "../store/work.ts";
import { systemClock } from "../system.ts";
import {
  neededMessageId,
  print,
  readArguments,
  table,
  UsageError,
  type Command,
} from "./command.ts";
import { withDatabase, type OpenDatabase } from "./open-database.ts";

export const workCommand: Command = {
  name: "work",
  summary: "whether anything is stuck: what is left to do, and what waits for a person",
  usage: `work [--json]                           each step's backlog, the link, and what to look at
work requeue --step STEP --message ID   tries again what was given up
work requeue --step STEP --cause TEXT   all of a step whose cause begins with TEXT, when it is mended;
  what waits for the decision of a person stays (see conflicts)
work restore [--message ID]             makes work again that verify finds lost, of one message or of all`,
  async run([word, ...rest]) {
    if (word === "restore") return restore(rest);
    if (word === "requeue") return again(rest);
    const options = readArguments(word === undefined ? [] : [word, ...rest], {
      json: { type: "boolean" },
    });
    return withDatabase(async ({ db }) => {
      const condition = await readCondition(db, systemClock);
      const leases = await readLeases(db, condition.at);
      const givenUp = await readDeadWork(db);
      const alarms = alarmsOf(condition);
      if (options.flag("json")) {
        print(JSON.stringify({ ...condition, leases, givenUp, alarms }));
      } else {
        print(inWords(condition, leases, givenUp, alarms));
      }
      return 0;
    });
  },
};

async function again(args: readonly string[]): Promise<number> {
  const options = readArguments(args, {
    step: { type: "string" },
    message: { type: "string" },
    cause: { type: "string" },
  });
  const step = options.needed("step");
  if (!isStep(step)) throw new UsageError(`--step must be one of ${STEPS.join(", ")}`);
  const now = systemClock.now();
  if (options.text("cause") !== undefined) {
    if (options.text("message") !== undefined) {
      throw new UsageError("either --message or --cause, not both");
    }
    const cause = options.needed("cause");
    const count = await withDatabase(({ db }) => requeueByCause(db, step, cause, now));
    print(`${count} of step ${step} are due again`);
    return 0;
  }
  const messageId = neededMessageId(options);
  if (!(await withDatabase(({ db }) => requeue(db, step, messageId, now)))) {
    throw new UsageError("no such step of this message was given up");
  }
  print(`${step} of ${messageId} is due again`);
  return 0;
}

async function restore(args: readonly string[]): Promise<number> {
  const options = readArguments(args, { message: { type: "string" } });
  const messageId = options.text("message") === undefined ? undefined : neededMessageId(options);
  return withDatabase(({ db }) => restoreLost(db, messageId));
}

async function restoreLost(
  db: OpenDatabase["db"],
  messageId: MessageId | undefined,
): Promise<number> {
  const now = systemClock.now();
  const damages = messageId ? await checkMessage(db, messageId) : await checkIntegrity(db, now);
  for (const step of STEPS) {
    const lost = damages.filter((damage) => damage.step === step);
    const ids = [...new Set(lost.map(({ messageId }) => messageId))];
    if (ids.length > 0)
      print(`${await restoreWork(db, step, ids, now)} of step ${step} made again`);
  }
  const others = damages.filter((damage) => damage.step === undefined).length;
  if (others > 0) print(`${others} damages of other kinds: see verify`);
  else if (damages.length === 0) print("no work is lost");
  return others > 0 ? 1 : 0;
}

/** Seconds for which a due step may wait, and a receipt stay without its segment. */
const LATE = 300;
/** A process that dies of a step gives nothing up: only the claims are counted. */
const MANY_TRIES = 50;
const LONG_UNMATCHED = 3_600;
const FEWEST_MONTHS = 2;
const WIDEST_SKEW = 5_000;

/** What a person has to look at, each with where the README tells what to do: its alarm's name. */
function alarmsOf(condition: Condition): string[] {
  const { at, work, conflicts, unmatched, callbacks, monthsAhead, skewMilliseconds } = condition;
  const age = (since: Date | undefined): number =>
    since ? (at.getTime() - since.getTime()) / 1_000 : 0;
  const alarms: string[] = [];
  for (const { step, dead, oldestDueAt, mostAttempts } of work) {
    const held = step === "settle" ? conflicts : 0;
    if (age(oldestDueAt) > LATE) alarms.push(`WorkLate: ${step}`);
    if (step !== "settle" && mostAttempts > MANY_TRIES) {
      alarms.push(`WorkRepeated: ${step} (${mostAttempts} tries)`);
    }
    if (dead > held) alarms.push(`WorkGivenUp: ${step} (${dead - held})`);
  }
  if (conflicts > 0) alarms.push(`Conflicts: ${conflicts}`);
  if (age(unmatched.oldestAt) > LONG_UNMATCHED) {
    alarms.push(`ReceiptsUnmatched: ${unmatched.count}`);
  }
  if (callbacks.dead > 0) alarms.push(`CallbacksGivenUp: ${callbacks.dead}`);
  if (monthsAhead < FEWEST_MONTHS) alarms.push(`PartitionsShort: ${monthsAhead}`);
  if (Math.abs(skewMilliseconds) > WIDEST_SKEW) alarms.push(`ClockSkew: ${skewMilliseconds} ms`);
  return alarms;
}

function inWords(
  { work, conflicts, unmatched, callbacks, monthsAhead, skewMilliseconds }: Condition,
  leases: readonly HeldLease[],
  givenUp: readonly DeadWork[],
  alarms: readonly string[],
): string {
  const rows = work.map((row) => ({
    step: row.step,
    waiting: row.waiting,
    due: row.due,
    "oldest due": row.oldestDueAt?.toISOString() ?? "-",
    "most tries": row.mostAttempts,
    "given up": row.dead,
    "put off because": row.cause ?? "",
  }));
  const links = leases.map(({ name, heldUntil, held }) =>
    held ? `${name}, held until ${heldUntil.toISOString()}` : `${name}, free`,
  );
  const others = [
    ["conflicts", conflicts],
    ["receipts unmatched", since(unmatched.count, unmatched.oldestAt)],
    ["call-backs waiting", since(callbacks.waiting, callbacks.oldestAt)],
    ["call-backs given up", callbacks.dead],
    ["link", links.join("; ") || "no lease (one process, or none runs)"],
    ["months ahead", monthsAhead],
    ["clock", `the database is ${(skewMilliseconds / 1_000).toFixed(1)} s ahead`],
  ] as const;
  const dead = givenUp.length > 0 ? `\nGiven up, waiting for a person:\n${table(givenUp)}` : "";
  const lines = others.map(([name, value]) => `${name.padEnd(20)}${value}`).join("\n");
  return `${table(rows)}\n${lines}\n${dead}\n${verdict(alarms, waitingOf(unmatched, callbacks))}`;
}

function verdict(alarms: readonly string[], waiting: readonly string[]): string {
  const list = (items: readonly string[]): string => items.map((item) => `  ${item}`).join("\n");
  if (alarms.length > 0) return `Look at (README, Operations):\n${list(alarms)}`;
  if (waiting.length === 0) return "Nothing is stuck.";
  return `Nothing is stuck, and nothing is to be done yet. Still waiting:\n${list(waiting)}`;
}

/** What is not as it should be, and has not lasted long enough for an alarm. */
function waitingOf(unmatched: Condition["unmatched"], callbacks: Condition["callbacks"]): string[] {
  return [
    ...(unmatched.count > 0
      ? [
          `receipts unmatched ${unmatched.count}, compared again with each message; an alarm after an hour`,
        ]
      : []),
    ...(callbacks.waiting > 0
      ? [
          `call-backs waiting ${callbacks.waiting}, told again for three days; callback list tells whose and why`,
        ]
      : []),
  ];
}

function since(count: number, oldest: Date | undefined): string {
  return oldest ? `${count}, since ${oldest.toISOString()}` : String(count);
}
