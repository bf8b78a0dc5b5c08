import { readFile } from "node:fs/promises";
import { createTestDatabase, withClient } from "../support/database.ts";
import { describeSchema } from "../support/schema.ts";

test("test/fixtures/schema.sql is what the migrations make (else run scripts/schema)", async () => {
  const database = await createTestDatabase();
  const schema = await withClient(database.ownerUrl, describeSchema);
  await database.drop();
  const written = await readFile(new URL("../fixtures/schema.sql", import.meta.url), "utf8");
  expect(schema).toBe(written);
});
