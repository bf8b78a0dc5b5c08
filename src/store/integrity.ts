import { openConflict } from "../domain/decide-outcome.ts";
import { brokenLink } from "../domain/evidence.ts";
import type { MessageId } from "../domain/ids.ts";
import { IllegalEvidence, tryFold } from "../domain/message.ts";
import type { Connection } from "./connection/database.ts";
import { OF_DATABASE } from "./integrity/database-invariants.ts";
import { readChains } from "./evidence.ts";
import {
  CHAIN,
  OF_MESSAGES,
  type Invariant,
  type QueriedInvariant,
} from "./integrity/invariants.ts";

/** Something in the database that must never be so. */
export interface Damage {
  readonly invariant: string;
  /** Of the message; of a table, a receipt or a lease where there is none. */
  readonly messageId: string;
  readonly detail: string;
  /** What a person does about it. */
  readonly remedy: string;
}

/** Every invariant that is checked. */
export const INVARIANTS: readonly Invariant[] = [
  ...OF_MESSAGES,
  ...Object.values(CHAIN),
  ...OF_DATABASE,
];

const BATCH = 500;
/** Where something is known of a message: one without its message is damage, too. */
const KNOWN_IN = ["messages", "evidence", "outcomes", "certificates", "charges", "relay_attempts"];

/**
 * Checks every message against every invariant, in bounded steps, beside a running service. What
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
  let last = "00000000-0000-0000-0000-000000000000";
  for (let checked = 0; ;) {
    const ids = await readIds(db, last);
    if (ids.length === 0) return damages;
    const found = await checkMessages(db, ids);
    if (found.length > 0) {
      const suspects = [...new Set(found.map(({ messageId }) => messageId as MessageId))];
      damages.push(...onlyIn(found, await checkMessages(db, suspects)));
    }
    last = ids.at(-1) ?? last;
    checked += ids.length;
    onProgress(checked);
  }
}

async function readIds(db: Connection, after: string): Promise<MessageId[]> {
  const arms = KNOWN_IN.map(
    (table) =>
      `(select message_id from ${table} where message_id > $1 order by message_id limit $2)`,
  );
  const { rows } = await db.query<{ message_id: MessageId }>(
    `select distinct message_id from (${arms.join(" union all ")}) known
     order by message_id limit $2`,
    [after, BATCH],
  );
  return rows.map((row) => row.message_id);
}

async function checkMessages(db: Connection, ids: readonly MessageId[]): Promise<Damage[]> {
  const queried = await ask(db, OF_MESSAGES, ids);
  return [...queried, ...(await checkChains(db, ids))];
}

const checkDatabase = (db: Connection, now: Date): Promise<Damage[]> => ask(db, OF_DATABASE, now);

async function ask(
  db: Connection,
  invariants: readonly QueriedInvariant[],
  parameter: readonly MessageId[] | Date,
): Promise<Damage[]> {
  const damages: Damage[] = [];
  for (const { name, remedy, sql } of invariants) {
    const { rows } = await db.query<{ id: string; detail: string }>(sql, [parameter]);
    damages.push(
      ...rows.map(({ id, detail }) => ({ invariant: name, messageId: id, detail, remedy })),
    );
  }
  return damages;
}

async function checkChains(db: Connection, ids: readonly MessageId[]): Promise<Damage[]> {
  const damages: Damage[] = [];
  const tell = (messageId: MessageId, { name, remedy }: Invariant, detail: string): void => {
    damages.push({ invariant: name, messageId, detail, remedy });
  };
  const conflicts = new Map<MessageId, string>();
  for (const [messageId, chain] of await readChains(db, ids)) {
    const broken = brokenLink(chain);
    const view = tryFold(chain);
    if (broken !== undefined) {
      tell(messageId, CHAIN.unbroken, `record ${broken} does not follow`);
    } else if (view instanceof IllegalEvidence) tell(messageId, CHAIN.legal, view.message);
    else {
      const conflict = openConflict(view);
      if (conflict !== undefined) conflicts.set(messageId, conflict);
    }
  }
  const { rows } = await db.query<{ message_id: MessageId }>(
    "select message_id from work where step = 'settle' and message_id = any($1::uuid[])",
    [[...conflicts.keys()]],
  );
  for (const { message_id } of rows) conflicts.delete(message_id);
  for (const [messageId, conflict] of conflicts) tell(messageId, CHAIN.held, conflict);
  return damages;
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
