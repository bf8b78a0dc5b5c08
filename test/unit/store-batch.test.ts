import { createBatcher } from "../../src/store/batch.ts";

/** A database that is told when a batch is over. */
function held() {
  const batches: (readonly string[])[] = [];
  const ends: ((error?: Error) => void)[] = [];
  const run = (items: readonly string[]): Promise<string[]> => {
    batches.push(items);
    return new Promise((resolve, reject) => {
      ends.push((error) => {
        if (error) reject(error);
        else resolve(items.map((item) => item.toUpperCase()));
      });
    });
  };
  return { batches, ends, run };
}

const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });

test("what comes while a batch is under way shares the next one", async () => {
  const { batches, ends, run } = held();
  const put = createBatcher(run, { lanes: 1 });
  const first = put("a");
  await turn();
  const later = ["b", "c", "d"].map((item) => put(item));
  await turn();
  expect(batches).toEqual([["a"]]);
  ends[0]?.();
  expect(await first).toBe("A");
  await turn();
  expect(batches).toEqual([["a"], ["b", "c", "d"]]);
  ends[1]?.();
  expect(await Promise.all(later)).toEqual(["B", "C", "D"]);
});

test("no more lanes and no more items at once than allowed", async () => {
  const { batches, ends, run } = held();
  const put = createBatcher(run, { lanes: 2, most: 3 });
  const all = Promise.all(["a", "b", "c", "d", "e", "f", "g"].map((item) => put(item)));
  await turn();
  expect(batches).toEqual([
    ["a", "b", "c"],
    ["d", "e", "f"],
  ]);
  ends[0]?.();
  await turn();
  expect(batches[2]).toEqual(["g"]);
  ends[1]?.();
  ends[2]?.();
  expect((await all).join("")).toBe("ABCDEFG");
});

test("an item at fault rejects only its own caller", async () => {
  let runs = 0;
  const put = createBatcher((items: readonly number[]) => {
    runs += 1;
    if (items.some((item) => item === 5)) return Promise.reject(new RangeError("five"));
    return Promise.resolve(items.map((item) => item * 2));
  });
  const results = await Promise.allSettled([1, 2, 3, 4, 5, 6, 7].map((item) => put(item)));
  expect(results.map((result) => (result.status === "fulfilled" ? result.value : "no"))).toEqual([
    2,
    4,
    6,
    8,
    "no",
    12,
    14,
  ]);
  expect(runs).toBeLessThanOrEqual(7);
});

test("without a database everybody is told at once", async () => {
  let runs = 0;
  const put = createBatcher(() => {
    runs += 1;
    return Promise.reject(new Error("Connection terminated unexpectedly"));
  });
  const results = await Promise.allSettled(Array.from({ length: 100 }, (_, item) => put(item)));
  expect(results.every(({ status }) => status === "rejected")).toBe(true);
  expect(runs).toBe(1);
});
