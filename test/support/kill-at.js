/**
 * `node --import ./test/support/kill-at.js …` watches the statements that a service sends to its
 * database and can end it, as kill -9 does, at one of them. It begins when the process gets SIGUSR2,
 * so that the start goes undisturbed, and says `watching statements`.
 *
 *   LEARN_STATEMENTS=FILE  writes a line of JSON about each: its name, and whether it met any row
 *   KILL_AT=NAME@before    ends the process when the statement is about to be sent
 *   KILL_AT=NAME@after     ends it when the database has answered and nobody knows of it yet
 *   KILL_AT=NAME@rows      the same, if it met any row: a claim that took something
 *
 * CLOCK_AHEAD moves the clock of the process on by so many milliseconds from its start.
 *
 * A name is: the first statement of the transaction (- outside one) · its number in it · the statement ·
 * the step that a claim is for.
 */
import { appendFileSync } from "node:fs";
import pg from "pg";

const STEPS = ["relay", "settle", "certify", "notify"];
const learn = process.env.LEARN_STATEMENTS;
const [killAt, when] = (process.env.KILL_AT ?? "").split("@");
/** Names of the statements of the transaction that a client is in. */
const open = new WeakMap();
let watching = false;

process.on("SIGUSR2", () => {
  watching = true;
  process.stderr.write("watching statements\n");
});

const ahead = Number(process.env.CLOCK_AHEAD ?? 0);
if (ahead > 0) {
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...parts) {
      if (parts.length === 0) super(Real.now() + ahead);
      else super(...parts);
    }

    static now() {
      return Real.now() + ahead;
    }
  };
}

const shorten = (text) => text.replace(/\s+/g, " ").replaceAll("@", "").trim();

function nameOf(client, text, values) {
  const statement = shorten(text);
  if (statement === "begin") {
    open.set(client, []);
    return undefined;
  }
  const step = values?.find((value) => STEPS.includes(value)) ?? "";
  const transaction = open.get(client);
  if (!transaction) return `-·1·${statement}·${step}`;
  transaction.push(statement);
  if (statement === "commit" || statement === "rollback") open.delete(client);
  return `${transaction[0]}·${transaction.length}·${statement}·${step}`;
}

const die = () => process.kill(process.pid, "SIGKILL");

function met(name, result) {
  const rows = (result?.rowCount ?? 0) > 0;
  if (learn) appendFileSync(learn, `${JSON.stringify({ name, rows })}\n`);
  if (name === killAt && (when === "after" || (when === "rows" && rows))) die();
}

const { query } = pg.Client.prototype;
pg.Client.prototype.query = function (config, values, callback) {
  const text = typeof config === "string" ? config : config?.text;
  if (typeof text !== "string") return query.call(this, config, values, callback);
  const given = typeof values === "function" ? undefined : values;
  // Before anything else: a transaction that is open when the watch begins has its name, too.
  const name = nameOf(this, text, given ?? config.values);
  if (name === undefined || !watching) return query.call(this, config, values, callback);
  if (name === killAt && when === "before") die();
  const done = typeof values === "function" ? values : callback;
  if (done) {
    return query.call(this, config, given, (error, result) => {
      if (!error) met(name, result);
      done(error, result);
    });
  }
  return query.call(this, config, values).then((result) => {
    met(name, result);
    return result;
  });
};
