import { openConflict } from "../domain/decide-outcome.ts";
import { brokenLink } from "../domain/evidence.ts";
import type { MessageId } from "../domain/ids.ts";
import { IllegalEvidence, tryFold } from "../domain/message.ts";
import type { Connection } from "./connection/database.ts";
import { OF_BATCHES } from "./integrity/batch-invariants.ts";
import { OF_DATABASE } from "./integrity/database-invariants.ts";
import { OF_WORK } from "./integrity/work-invariants.ts";
import { readChains } from "./evidence.ts";
import type { Step } from "./work.ts";
import {
  CHAIN,
  OF_MESSAGES,
  type Invariant,
  type QueriedInvariant,
} from "./integrity/invariants.ts";

/** Something in the database that must never be so. */
export interface Damage {
  readonly invariant: string;
  /** Of the message; of a batch, a table, a receipt or a lease where there is none. */
  readonly messageId: string;
  readonly detail: string;
  /** What a person does about it. */
  readonly remedy: string;
  /** Of a message whose work for this step is lost. */
  readonly step?: Step | undefined;
}

/** Every invariant that is checked. */
export const INVARIANTS: readonly Invariant[] = [
  ...OF_MESSAGES,
  ...Object.values(CHAIN),
  ...OF_BATCHES,
  ...OF_WORK,
  ...OF_DATABASE,
];

/** What is checked in steps, by key: one that something is known of and that is not there is damage, too. */
interface Kind {
  readonly key: string;
  readonly knownIn: readonly string[];
  /** How many in one step. */
  readonly step: number;
  check(db: Connection, ids: readonly string[], now: Date): Promise<Damage[]>;
}

const FACTS = [
  "messages",
  "evidence",
  "relay_attempts",
  "relay_answers",
  "outcomes",
  "certificates",
  "charges",
];

/**
 * Stands before a query about messages: their facts between two keys. The other months are neither
 * planned nor looked at, whichever way the query goes from one table to another.
 */
const WITHIN = `with ${FACTS.map(
  (fact) =>
    `${fact} as not materialized (select * from ${fact} where message_id between $2 and $3)`,
).join(", ")}`;

function boundsOf(ids: readonly string[]): readonly unknown[] {
  const sorted = ids.toSorted();
  return [sorted, sorted[0], sorted.at(-1)];
}

const MESSAGES: Kind = {
  key: "message_id",
  knownIn: ["messages", "evidence", "outcomes", "certificates", "charges", "relay_attempts"],
  step: 1_000,
  check: checkMessages,
};

/** What is left to be done; it may be of messages that are not there. */
const OPEN: Kind = {
  key: "message_id",
  knownIn: ["work", "awaited_segments"],
  step: 2_000,
  check: (db, ids, now) => ask(db, OF_WORK, [...boundsOf(ids), now], WITHIN),
};

const BATCHES: Kind = {
  key: "batch_id",
  knownIn: ["batches", "batch_requests", "batch_answers", "batch_work"],
  step: 50,
  check: (db, ids) => ask(db, OF_BATCHES, [ids]),
};

/**
 * Checks every message and batch against every invariant, in bounded steps, beside a running service. What
 * offends is looked at a second time, because between two statements a message may move on. An empty
 * answer means that the database keeps every promise that was made to a caller.
 *
 * @param now the present instant, for what must not lie far from it
 */
export async function checkIntegrity(
  db: Connection,
  now: Date,
  onProgress: (checked: number) => void = () => undefined,
): Promise<Damage[]> {
  const damages = await twice(() => checkDatabase(db, now));
  damages.push(...(await checkInSteps(db, BATCHES, now)));
  damages.push(...(await checkInSteps(db, OPEN, now)));
  damages.push(...(await checkInSteps(db, MESSAGES, now, onProgress)));
  return damages;
}

/** What is wrong with one message. */
export async function checkMessage(db: Connection, messageId: MessageId): Promise<Damage[]> {
  return twice(() => checkMessages(db, [messageId]));
}

async function checkMessages(db: Connection, ids: readonly string[]): Promise<Damage[]> {
  const queried = await ask(db, OF_MESSAGES, boundsOf(ids), WITHIN);
  return [...queried, ...(await checkChains(db, ids as readonly MessageId[]))];
}

async function checkInSteps(
  db: Connection,
  kind: Kind,
  now: Date,
  onProgress: (checked: number) => void = () => undefined,
): Promise<Damage[]> {
  const damages: Damage[] = [];
  let last = "00000000-0000-0000-0000-000000000000";
  for (let checked = 0; ;) {
    const ids = await readIds(db, kind, last);
    if (ids.length === 0) return damages;
    const found = await kind.check(db, ids, now);
    if (found.length > 0) {
      const suspects = [...new Set(found.map(({ messageId }) => messageId))];
      damages.push(...onlyIn(found, await kind.check(db, suspects, now)));
    }
    last = ids.at(-1) ?? last;
    checked += ids.length;
    onProgress(checked);
  }
}

/** Rows of one table that are looked through for the ids of one step. */
const ROWS = 8_000;

/**
 * The next ids, as far as every table was looked through. Rows are counted, not ids: for the distinct
 * ones of a partitioned table, of which it knows too little, the planner would read it as a whole.
 */
async function readIds(
  db: Connection,
  { key, knownIn, step }: Kind,
  after: string,
): Promise<string[]> {
  const arms = knownIn.map(
    (table) =>
      `${table}_ids as (select ${key} as id from ${table} where ${key} > $1 order by ${key} limit $2)`,
  );
  const known = knownIn.map((table) => `select id from ${table}_ids`);
  const ends = knownIn.map(
    (table) =>
      `select (array_agg(id order by id desc))[1] as id from ${table}_ids having count(*) = $2`,
  );
  const { rows } = await db.query<{ id: string }>(
    `with ${arms.join(", ")}, ends as (${ends.join(" union all ")})
     select distinct id from (${known.join(" union all ")}) known
     where not exists (select from ends where ends.id < known.id) order by id limit $3`,
    [after, ROWS, step],
  );
  return rows.map((row) => row.id);
}

const checkDatabase = (db: Connection, now: Date): Promise<Damage[]> => ask(db, OF_DATABASE, [now]);

async function ask(
  db: Connection,
  invariants: readonly QueriedInvariant[],
  parameters: readonly unknown[],
  within = "",
): Promise<Damage[]> {
  const damages: Damage[] = [];
  for (const { name, remedy, step, sql } of invariants) {
    const { rows } = await db.query<{ id: string; detail: string }>(`${within} ${sql}`, [
      ...parameters,
    ]);
    damages.push(
      ...rows.map(({ id, detail }) => ({ invariant: name, messageId: id, detail, remedy, step })),
    );
  }
  return damages;
}

async function checkChains(db: Connection, ids: readonly MessageId[]): Promise<Damage[]> {
  const damages: Damage[] = [];
  const tell = (messageId: MessageId, { name, remedy, step }: Invariant, detail: string): void => {
    damages.push({ invariant: name, messageId, detail, remedy, step });
  };
  const conflicts = new Map<MessageId, string>();
  const unrelayed = new Map<MessageId, string>();
  for (const [messageId, chain] of await readChains(db, ids)) {
    const broken = brokenLink(chain);
    const view = tryFold(chain);
    if (broken !== undefined) {
      tell(messageId, CHAIN.unbroken, `record ${broken} does not follow`);
    } else if (view instanceof IllegalEvidence) tell(messageId, CHAIN.legal, view.message);
    else {
      const conflict = openConflict(view);
      if (conflict !== undefined) conflicts.set(messageId, conflict);
      const { name } = view.stage;
      if (name === "accepted" || name === "relaying") unrelayed.set(messageId, `only ${name}`);
    }
  }
  for (const [invariant, found] of [
    [CHAIN.held, conflicts],
    [CHAIN.relayed, unrelayed],
  ] as const) {
    const withWork = await readWithWork(db, invariant.step, [...found.keys()]);
    for (const [messageId, detail] of found) {
      if (!withWork.has(messageId)) tell(messageId, invariant, detail);
    }
  }
  return damages;
}

async function readWithWork(
  db: Connection,
  step: Step,
  messageIds: readonly MessageId[],
): Promise<Set<MessageId>> {
  if (messageIds.length === 0) return new Set();
  const { rows } = await db.query<{ message_id: MessageId }>(
    "select message_id from work where step = $1 and message_id = any($2::uuid[])",
    [step, messageIds],
  );
  return new Set(rows.map((row) => row.message_id));
}

async function twice(check: () => Promise<Damage[]>): Promise<Damage[]> {
  const first = await check();
  return first.length === 0 ? first : onlyIn(first, await check());
}

/** What was found both times. */
function onlyIn(first: readonly Damage[], second: readonly Damage[]): Damage[] {
  const keyOf = ({ invariant, messageId }: Damage): string => `${invariant} ${messageId}`;
  const known = new Set(first.map(keyOf));
  return second.filter((damage) => known.has(keyOf(damage)));
}
