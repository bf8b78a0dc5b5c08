import fc from "fast-check";
import type pg from "pg";
import {
  instants,
  integers,
  jsons,
  octets,
  smallints,
  texts,
  uuids,
} from "../../src/store/connection/columns.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
let db: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase({ empty: true });
  db = database.app;
});
afterAll(async () => {
  await database.drop();
});

/** What PostgreSQL reads out of a column. */
async function read(type: string, column: Buffer): Promise<unknown> {
  const { rows } = await db.query<{ value: unknown }>(`select $1::${type} as value`, [column]);
  return rows[0]?.value;
}

const orNull = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<(T | null)[]> =>
  fc.array(fc.option(values), { maxLength: 40 });
const text = fc.string({ unit: "binary" }).map((each) => each.replaceAll("\0", ""));

test.each<[string, (values: never) => Buffer, fc.Arbitrary<unknown>]>([
  ["text[]", texts, orNull(text)],
  ["uuid[]", uuids, orNull(fc.uuid())],
  ["integer[]", integers, orNull(fc.integer())],
  ["smallint[]", smallints, orNull(fc.integer({ min: -32_768, max: 32_767 }))],
  [
    "timestamptz[]",
    instants,
    orNull(fc.date({ min: new Date(0), max: new Date("2200-01-01"), noInvalidDate: true })),
  ],
  ["bytea[]", octets, orNull(fc.uint8Array().map((bytes) => Buffer.from(bytes)))],
])("%s: PostgreSQL reads what was written", async (type, write, values) => {
  await fc.assert(
    fc.asyncProperty(values, async (column) => {
      expect(await read(type, write(column as never))).toEqual(column);
    }),
    { numRuns: 60 },
  );
});

test("jsonb[]", async () => {
  const column = [{ a: 'ç"\\', b: [1, null] }, null, {}];
  const { rows } = await db.query<{ value: unknown }>(
    "select value from unnest($1::jsonb[]) as value",
    [jsons(column)],
  );
  expect(rows.map(({ value }) => value)).toEqual(column);
});

test("a column larger than any before", async () => {
  const long = "ŀ".repeat(400_000);
  expect(await read("text[]", texts([long, "", null]))).toEqual([long, "", null]);
});

test("what is no UUID is refused here, and a NUL by PostgreSQL", async () => {
  expect(() => uuids(["0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5"])).toThrow(RangeError);
  await expect(read("text[]", texts(["a\0b"]))).rejects.toMatchObject({ code: "22021" });
});
