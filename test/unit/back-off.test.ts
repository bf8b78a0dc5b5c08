import fc from "fast-check";
import { backOff } from "../../src/lifecycle/back-off.ts";

const LIMITS = { first: 1_000, most: 60_000 };
/** Chance as it is told: from 0 to 0xffff. */
const chance = (told: number) => ({
  bytes: (length: number): Buffer => {
    const bytes = Buffer.alloc(length);
    bytes.writeUInt16BE(told);
    return bytes;
  },
});

test.each([
  [1, 1_000],
  [2, 2_000],
  [3, 4_000],
  [6, 32_000],
  [7, 60_000],
  [1_000_000, 60_000],
])("try %d waits from half to one and a half of %d ms", (attempts, middle) => {
  expect(backOff(attempts, LIMITS, chance(0))).toBe(middle / 2);
  expect(backOff(attempts, LIMITS, chance(0xffff))).toBe(middle * 1.5);
  const usual = backOff(attempts, LIMITS, chance(0x8000));
  expect(Math.abs(usual - middle)).toBeLessThanOrEqual(1);
});

test("replicas that fail together do not come back together", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(0xffff), fc.nat(0xffff), (n, one, two) => {
      const waits = [one, two].map((told) => backOff(n, LIMITS, chance(told)));
      const apart = (Math.abs(one - two) / 0xffff) * Math.min(1_000 * 2 ** (n - 1), 60_000);
      expect(Math.abs(Math.abs(waits[0]! - waits[1]!) - apart)).toBeLessThanOrEqual(1);
    }),
  );
});
