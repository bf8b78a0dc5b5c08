import { dayAfter, dayInMadrid, instantInMadrid, startOfDay } from "../../src/domain/madrid.ts";

test.each([
  ["in winter", "2026-12-31", "2026-12-30T23:00:00.000Z"],
  ["in summer", "2026-07-01", "2026-06-30T22:00:00.000Z"],
  ["when the clocks go forward", "2026-03-29", "2026-03-28T23:00:00.000Z"],
  ["the day after that", "2026-03-30", "2026-03-29T22:00:00.000Z"],
  ["a leap day", "2028-02-29", "2028-02-28T23:00:00.000Z"],
])("a day begins at midnight in Madrid: %s", (_what, day, begins) => {
  expect(startOfDay(day)?.toISOString()).toBe(begins);
});

test.each(["2026-02-31", "2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "31-12-2026", ""])(
  "%p is no day of the calendar",
  (said) => {
    expect(startOfDay(said)).toBeUndefined();
    expect(instantInMadrid(said)).toBeUndefined();
    expect(instantInMadrid(`${said}T00:00:00+01:00`)).toBeUndefined();
  },
);

test("the day after", () => {
  expect(dayAfter("2026-12-31")).toBe("2027-01-01");
  expect(dayAfter("2026-03-28")).toBe("2026-03-29");
  expect(dayAfter("2026-10-25")).toBe("2026-10-26");
});

test("an instant is a day, or names its zone", () => {
  expect(instantInMadrid("2027-01-01")?.toISOString()).toBe("2026-12-31T23:00:00.000Z");
  expect(instantInMadrid("2027-01-01T09:30+01:00")?.toISOString()).toBe("2027-01-01T08:30:00.000Z");
  expect(instantInMadrid("2027-01-01T09:30:00Z")?.toISOString()).toBe("2027-01-01T09:30:00.000Z");
  expect(instantInMadrid("2027-01-01T25:00:00Z")).toBeUndefined();
  expect(instantInMadrid("2027-01-01T09:30:00")).toBeUndefined();
});

test("the day in Madrid of an instant", () => {
  expect(dayInMadrid(new Date("2026-12-31T23:00:00Z"))).toBe("2027-01-01");
});
