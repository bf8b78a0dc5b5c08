import { Rate } from "../../src/smpp/link/rate.ts";
import { createHands } from "../support/hands.ts";

/** The instants at which so many waiting segments go out. */
async function instants(rate: number | undefined, waiting: number): Promise<readonly number[]> {
  const hands = createHands();
  const paced = new Rate(rate, hands.timers);
  const at: number[] = [];
  for (let left = waiting; left > 0; left--) {
    for (let delay = paced.delay(left); delay > 0; delay = paced.delay(left)) {
      await hands.advance(delay);
    }
    paced.take();
    at.push(hands.timers.now());
  }
  return at;
}

test("segments that wait go out a twentieth of a second's together", async () => {
  const five = [1, 2, 3, 4, 5];
  const expected = [five.map(() => 40), five.map(() => 90), [120, 120, 120]].flat();
  expect(await instants(100, 13)).toEqual(expected);
});

test("at a small rate each goes out alone", async () => {
  expect(await instants(10, 4)).toEqual([0, 100, 200, 300]);
});

test("the last ones do not wait for others", async () => {
  expect(await instants(100, 2)).toEqual([10, 10]);
});

test("without a contracted rate nothing waits", async () => {
  expect(await instants(undefined, 3)).toEqual([0, 0, 0]);
});

test("what comes while others go out waits for no more than they did", async () => {
  const hands = createHands();
  const paced = new Rate(100, hands.timers);
  await hands.advance(1_000);
  for (let sent = 0; sent < 10; sent++) {
    expect(paced.delay(1)).toBe(0);
    paced.take();
  }
  expect(paced.delay(20)).toBe(50);
  await hands.advance(10);
  expect(paced.delay(20)).toBe(40);
  expect(paced.delay(1)).toBe(0);
});

test.each([1, 20, 50, 100, 200, 500])(
  "after a pause no second sees more than the contract: %i",
  async (contracted) => {
    const hands = createHands();
    const paced = new Rate(contracted, hands.timers);
    await hands.advance(10_000);
    const at: number[] = [];
    while (hands.timers.now() < 13_000) {
      for (let delay = paced.delay(1_000); delay > 0; delay = paced.delay(1_000)) {
        await hands.advance(delay);
      }
      paced.take();
      at.push(hands.timers.now());
    }
    const inSecond = at.map((start) => at.filter((t) => t >= start && t < start + 1_000).length);
    expect(Math.max(...inSecond)).toBe(contracted);
  },
);

test("throttling halves a contract above a thousand too", async () => {
  const hands = createHands();
  const paced = new Rate(3_000, hands.timers);
  await hands.advance(1_000);
  paced.throttled(0x58);
  await hands.advance(1_000);
  let sent = 0;
  for (const end = hands.timers.now() + 1_000; hands.timers.now() < end; sent++) {
    for (let delay = paced.delay(100); delay > 0; delay = paced.delay(100)) {
      await hands.advance(delay);
    }
    paced.take();
  }
  expect(sent).toBeGreaterThan(1_400);
  expect(sent).toBeLessThan(1_700);
});
