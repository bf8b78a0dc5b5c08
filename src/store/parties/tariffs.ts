import type { EntityId } from "../../domain/ids.ts";
import type { Connection } from "../connection/database.ts";

export interface Tariff {
  readonly item: "sms" | "certificate";
  /** Undefined: of every entity that has none of its own. */
  readonly entityId: EntityId | undefined;
  readonly validFrom: Date;
  /** Euros without taxes, as a decimal number of at most six places. */
  readonly price: string;
}

/** False when there is one of the same instant. */
export async function insertTariff(db: Connection, tariff: Tariff): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into tariffs (item, entity_id, valid_from, price) values ($1, $2, $3, $4::numeric)
     on conflict do nothing`,
    [tariff.item, tariff.entityId, tariff.validFrom, tariff.price],
  );
  return rowCount === 1;
}

export async function listTariffs(
  db: Connection,
): Promise<(Tariff & { readonly nif: string | undefined })[]> {
  const { rows } = await db.query<{
    item: Tariff["item"];
    entity_id: EntityId | null;
    valid_from: Date;
    price: string;
    nif: string | null;
  }>(
    `select t.item, t.entity_id, t.valid_from, t.price::text as price, e.nif
     from tariffs t left join entities e using (entity_id) order by t.item, e.nif, t.valid_from`,
  );
  return rows.map((row) => ({
    item: row.item,
    entityId: row.entity_id ?? undefined,
    validFrom: row.valid_from,
    price: row.price,
    nif: row.nif ?? undefined,
  }));
}
