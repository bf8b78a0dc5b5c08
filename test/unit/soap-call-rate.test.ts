import type { EntityId } from "../../src/domain/ids.ts";
import { ServiceError } from "../../src/domain/errors.ts";
import { createCallRate } from "../../src/soap/call-rate.ts";
import { createHands } from "../support/hands.ts";

const ONE = { entityId: "one" as EntityId };
const hands = createHands();
const rate = createCallRate(hands.clock, 2);

function take(entity: Parameters<typeof rate.assertMayCall>[0]): number | "served" {
  try {
    rate.assertMayCall(entity);
    return "served";
  } catch (error) {
    expect(error).toMatchObject({ code: "TooManyRequests" });
    return (error as ServiceError).retryAfterSeconds ?? NaN;
  }
}

test("ten seconds' worth may come at once, then each second brings its calls", async () => {
  expect(Array.from({ length: 20 }, () => take(ONE))).toEqual(Array(20).fill("served"));
  expect(take(ONE)).toBe(1);
  await hands.advance(1_000);
  expect([take(ONE), take(ONE), take(ONE)]).toEqual(["served", "served", 1]);
});

test("one entity takes nothing from another, and may have a rate of its own", () => {
  const slow = { entityId: "slow" as EntityId, callsPerSecond: 1 };
  expect(take({ entityId: "two" as EntityId })).toBe("served");
  expect(Array.from({ length: 11 }, () => take(slow)).at(-1)).toBe(1);
});

test("an entity that was quiet for long has no more than ten seconds' worth", async () => {
  await hands.advance(3_600_000);
  expect(Array.from({ length: 21 }, () => take(ONE)).at(-1)).toBe(1);
});
