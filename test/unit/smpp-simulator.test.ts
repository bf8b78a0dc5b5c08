import { mkdtempSync, rmSync, appendFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "../../src/smpp/simulator/seeded-random.ts";
import { startSimulator } from "../../src/smpp/simulator/simulator.ts";
import { startOperated } from "../support/operator.ts";

test("the same seed gives the same chances", () => {
  const draw = (seed: string): string => {
    const random = seededRandom(seed);
    return [1, 40, 3].map((length) => random.bytes(length).toString("hex")).join();
  };
  expect(draw("42")).toBe(draw("42"));
  expect(draw("42")).not.toBe(draw("43"));
});

test("a simulator that was killed goes on with the receipts that nobody has acknowledged", async () => {
  const folder = mkdtempSync(join(tmpdir(), "simulator-"));
  const file = join(folder, "receipts.jsonl");
  const first = await startOperated({ simulator: { file } });
  await first.submit("+34600100000");
  await first.hands.passUntil(() => first.simulator.waiting() === 0, "the first receipt");
  await first.submit("+34600100027");
  expect(first.simulator.waiting()).toBe(1);
  await first.close();
  appendFileSync(file, '{"add": half a li');
  const second = await startOperated({ simulator: { file } });
  await second.hands.passUntil(() => second.receipts.length === 1, "the kept receipt");
  expect(second.receipts[0]).toMatchObject({ recipient: "+34600100027" });
  await second.hands.passUntil(() => second.simulator.waiting() === 0, "its acknowledgement");
  await second.close();
  const third = await startSimulator(
    { host: "127.0.0.1", port: 0, file },
    { ...second.hands, random: seededRandom("third") },
  );
  expect(third.waiting()).toBe(0);
  await third.stop();
  rmSync(folder, { recursive: true });
});
