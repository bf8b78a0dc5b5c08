/**
 * Columns of many rows as one parameter each: arrays in PostgreSQL's binary form (array_recv). Nothing
 * is escaped and nothing is parsed, which is most of what a multi-row insert costs on either side. The
 * driver sends a Buffer as a binary parameter; the cast in the statement must name the type written here.
 */

const OID = {
  bytea: 17,
  int2: 21,
  int4: 23,
  int8: 20,
  text: 25,
  timestamptz: 1184,
  uuid: 2950,
  jsonb: 3802,
};

const HEADER = 20;
/** 2000-01-01T00:00:00Z, where PostgreSQL's instants begin, in milliseconds. */
const EPOCH = 946_684_800_000;

/** Grows to the largest column that was ever written and is copied from; no call awaits in between. */
let scratch = Buffer.allocUnsafe(65_536);

function room(at: number, needed: number): void {
  if (at + needed <= scratch.length) return;
  const larger = Buffer.allocUnsafe(Math.max(scratch.length * 2, at + needed));
  scratch.copy(larger, 0, 0, at);
  scratch = larger;
}

/**
 * @param size at most how many bytes a value takes
 * @param write writes a value at a place of the scratch buffer and answers how many bytes it took
 */
function column<T>(
  oid: number,
  values: readonly (T | null | undefined)[],
  size: (value: T) => number,
  write: (value: T, at: number) => number,
): Buffer {
  let at = HEADER;
  let nulls = 0;
  for (const value of values) {
    if (value === null || value === undefined) {
      room(at, 4);
      nulls = 1;
      at = scratch.writeInt32BE(-1, at);
      continue;
    }
    room(at, 4 + size(value));
    const length = write(value, at + 4);
    scratch.writeInt32BE(length, at);
    at += 4 + length;
  }
  // One dimension, or none when it is empty.
  scratch.writeInt32BE(values.length === 0 ? 0 : 1, 0);
  scratch.writeInt32BE(nulls, 4);
  scratch.writeInt32BE(oid, 8);
  scratch.writeInt32BE(values.length, 12);
  scratch.writeInt32BE(1, 16);
  return Buffer.from(scratch.subarray(0, values.length === 0 ? 12 : at));
}

type Column<T> = readonly (T | null | undefined)[];

/** `::text[]` */
export function texts(values: Column<string>): Buffer {
  return column(
    OID.text,
    values,
    (text) => text.length * 3,
    (text, at) => scratch.write(text, at, "utf8"),
  );
}

/** `::jsonb[]`, of values that JSON can write. */
export function jsons(values: Column<object>): Buffer {
  const written = values.map((value) => (value ? JSON.stringify(value) : undefined));
  return column(
    OID.jsonb,
    written,
    (text) => 1 + text.length * 3,
    (text, at) => {
      scratch[at] = 1;
      return 1 + scratch.write(text, at + 1, "utf8");
    },
  );
}

/** `::uuid[]` */
export function uuids(values: Column<string>): Buffer {
  return column(
    OID.uuid,
    values,
    () => 16,
    (uuid, at) => {
      const length = scratch.write(uuid.replaceAll("-", ""), at, "hex");
      if (length !== 16) throw new RangeError("not a UUID");
      return length;
    },
  );
}

/** `::timestamptz[]`, to the millisecond. */
export function instants(values: Column<Date>): Buffer {
  return column(
    OID.timestamptz,
    values,
    () => 8,
    (instant, at) => {
      scratch.writeBigInt64BE(BigInt(instant.getTime() - EPOCH) * 1_000n, at);
      return 8;
    },
  );
}

/** `::integer[]` */
export function integers(values: Column<number>): Buffer {
  return column(
    OID.int4,
    values,
    () => 4,
    (value, at) => scratch.writeInt32BE(value, at) - at,
  );
}

/** `::bigint[]`, of integers that a number holds exactly. */
export function bigints(values: Column<number>): Buffer {
  return column(
    OID.int8,
    values,
    () => 8,
    (value, at) => scratch.writeBigInt64BE(BigInt(value), at) - at,
  );
}

/** `::smallint[]` */
export function smallints(values: Column<number>): Buffer {
  return column(
    OID.int2,
    values,
    () => 2,
    (value, at) => scratch.writeInt16BE(value, at) - at,
  );
}

/** `::bytea[]` */
export function octets(values: Column<Buffer>): Buffer {
  return column(
    OID.bytea,
    values,
    ({ length }) => length,
    (value, at) => value.copy(scratch, at),
  );
}
