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
  const [first, second, last] = [Array(5).fill(40), Array(5).fill(90), Array(3).fill(120)];
  expect(await instants(100, 13)).toEqual([...first, ...second, ...last]);
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
