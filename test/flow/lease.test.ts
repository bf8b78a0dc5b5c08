import { holdLease, releaseLease } from "../../src/store/connection/leases.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const NAME = "smpp/Operator/certsms";
const holder = (number: number): string =>
  `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
const at = (second: number): Date => new Date(Date.UTC(2026, 2, 2, 9, 0, second));
const hold = (number: number, second: number): Promise<boolean> =>
  holdLease(database.app, {
    name: NAME,
    holder: holder(number),
    now: at(second),
    milliseconds: 30_000,
  });

test("of many that ask at once one gets it, and keeps it while it asks", async () => {
  const asked = await Promise.all(Array.from({ length: 20 }, (_, number) => hold(number, 0)));
  const winner = asked.indexOf(true);
  expect(asked.filter((got) => got)).toHaveLength(1);
  expect(await hold(winner, 20)).toBe(true);
  expect(await hold(20, 40)).toBe(false);
  expect(await hold(20, 51)).toBe(true);
  expect(await hold(winner, 52)).toBe(false);
});

test("what is released is free at once, and only by its holder", async () => {
  expect(await hold(30, 200)).toBe(true);
  await releaseLease(database.app, { name: NAME, holder: holder(31) });
  expect(await hold(31, 201)).toBe(false);
  await releaseLease(database.app, { name: NAME, holder: holder(30) });
  expect(await hold(31, 202)).toBe(true);
});
