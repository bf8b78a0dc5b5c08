import type { Heard } from "../../domain/delivery-receipt.ts";
import type { Connection } from "./database.ts";

/** Who wants a lease, and how long it lasts unless it is kept. */
export interface LeaseClaim {
  readonly name: string;
  /** UUID of the process. */
  readonly holder: string;
  readonly now: Date;
  readonly milliseconds: number;
  /** Of a link: what its holder has heard. */
  readonly heard?: Heard | undefined;
}

/** Takes a lease that is free or has run out, or keeps one's own; false when another has it. */
export async function holdLease(db: Connection, claim: LeaseClaim): Promise<boolean> {
  const { name, holder, now, milliseconds, heard } = claim;
  const { rowCount } = await db.query(
    `insert into leases (name, holder, held_until, hears_since, heard_until)
     values ($1, $2, $4, $5, $6)
     on conflict (name) do update set holder = excluded.holder, held_until = excluded.held_until,
       hears_since = excluded.hears_since, heard_until = excluded.heard_until
     where leases.holder = excluded.holder or leases.held_until < $3`,
    [name, holder, now, new Date(now.getTime() + milliseconds), heard?.since, heard?.until],
  );
  return rowCount === 1;
}

/** What the holder of a link said when it last kept its lease; undefined when nobody holds it. */
export async function readHeard(
  db: Connection,
  name: string,
  now: Date,
): Promise<Heard | undefined> {
  const { rows } = await db.query<Heard>(
    `select hears_since as since, heard_until as until from leases
     where name = $1 and held_until >= $2 and hears_since is not null and heard_until is not null`,
    [name, now],
  );
  return rows[0];
}

/** A lease as it stands at an instant. */
export interface HeldLease {
  readonly name: string;
  readonly heldUntil: Date;
  readonly held: boolean;
}

export async function readLeases(db: Connection, now: Date): Promise<HeldLease[]> {
  const { rows } = await db.query<{ name: string; held_until: Date; held: boolean }>(
    "select name, held_until, held_until >= $1 as held from leases order by name",
    [now],
  );
  return rows.map(({ name, held_until, held }) => ({ name, heldUntil: held_until, held }));
}

export async function releaseLease(
  db: Connection,
  { name, holder }: Pick<LeaseClaim, "name" | "holder">,
): Promise<void> {
  await db.query(`delete from leases where name = $1 and holder = $2`, [name, holder]);
}
