/**
 * `node --import ./test/support/kill-at.js …` numbers the statements that the process sends to the
 * database and can end it, as kill -9 does, at one of them:
 *
 *   LEARN_STATEMENTS=FILE  writes each statement's name to the file when it is met for the first time
 *   KILL_AT=NAME@before    ends the process when the statement is about to be sent
 *   KILL_AT=NAME@after     ends it when the database has answered and nobody knows of it yet
 *
 * A name is: the first statement of the transaction (- outside one) · the number in it · the statement.
 */
import { appendFileSync } from "node:fs";
import pg from "pg";

const learn = process.env.LEARN_STATEMENTS;
const [killAt, when] = (process.env.KILL_AT ?? "").split("@");
const met = new Set();
/** Names of the statements of the transaction that a client is in. */
const open = new WeakMap();

const shorten = (text) => text.replace(/\s+/g, " ").trim();

function nameOf(client, text) {
  const statement = shorten(text);
  if (statement === "begin") {
    open.set(client, []);
    return undefined;
  }
  const transaction = open.get(client);
  if (!transaction) return `-·1·${statement}`;
  transaction.push(statement);
  if (statement === "commit" || statement === "rollback") open.delete(client);
  return `${transaction[0]}·${transaction.length}·${statement}`;
}

const die = () => process.kill(process.pid, "SIGKILL");

const { query } = pg.Client.prototype;
pg.Client.prototype.query = function (config, values, callback) {
  const text = typeof config === "string" ? config : config?.text;
  const name = typeof text === "string" ? nameOf(this, text) : undefined;
  if (name === undefined) return query.call(this, config, values, callback);
  if (learn && !met.has(name)) {
    met.add(name);
    appendFileSync(learn, `${name}\n`);
  }
  if (name !== killAt) return query.call(this, config, values, callback);
  if (when === "before") die();
  const done = typeof values === "function" ? values : callback;
  if (done) {
    const parameters = typeof values === "function" ? undefined : values;
    return query.call(this, config, parameters, (error, result) => {
      if (!error) die();
      done(error, result);
    });
  }
  return query.call(this, config, values).then((result) => {
    die();
    return result;
  });
};
