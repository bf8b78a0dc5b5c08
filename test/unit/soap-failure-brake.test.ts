import { createFailureBrake } from "../../src/soap/security/failure-brake.ts";
import { createHands } from "../support/hands.ts";

const HERE = "192.0.2.1";
const ELSEWHERE = "192.0.2.2";

test("five failures of a user at an address are free; then each one doubles the wait", async () => {
  const hands = createHands();
  const brake = createFailureBrake(hands.clock);
  const waits = [1, 2, 3, 4, 5, 6].map(() => brake.noteFailure("demo", HERE));
  expect(waits).toEqual([false, false, false, false, true, true]);
  expect(() => brake.assertMayTry("DEMO", HERE)).toThrow("TooManyRequests");
  await hands.advance(2_000);
  expect(() => brake.assertMayTry("demo", HERE)).not.toThrow();
});

test("a user who makes no mistakes is never shut out from elsewhere, nor by a neighbour", () => {
  const brake = createFailureBrake(createHands().clock);
  for (let tries = 0; tries < 200; tries += 1) {
    brake.noteFailure("demo", HERE);
    brake.noteFailure(`user-${tries}`, HERE);
  }
  expect(() => brake.assertMayTry("demo", ELSEWHERE)).not.toThrow();
  expect(() => brake.assertMayTry("another", HERE)).not.toThrow();
  expect(() => brake.assertMayTry("user-7", HERE)).toThrow("TooManyRequests");
});

test("a success clears the failures", () => {
  const brake = createFailureBrake(createHands().clock);
  for (let tries = 0; tries < 9; tries += 1) brake.noteFailure("demo", HERE);
  brake.noteSuccess("demo", HERE);
  expect(() => brake.assertMayTry("demo", HERE)).not.toThrow();
});
