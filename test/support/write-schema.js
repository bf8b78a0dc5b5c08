/** Writes test/fixtures/schema.sql from the migrations as they are. */
import "./typescript.js";
import { writeFile } from "node:fs/promises";
import globalSetup from "./global-setup.js";
import globalTeardown from "./global-teardown.js";

await globalSetup();
try {
  const { createTestDatabase, withClient } = await import("./database.ts");
  const { describeSchema } = await import("./schema.ts");
  const database = await createTestDatabase();
  const file = new URL("../fixtures/schema.sql", import.meta.url);
  await writeFile(file, await withClient(database.ownerUrl, describeSchema));
  await database.drop();
} finally {
  await globalTeardown();
}
