import { afterQuietHours } from "../../src/domain/quiet-hours.ts";

test.each([
  ["a weekday at noon", "2026-11-24T11:00:00Z", "2026-11-24T11:00:00Z"],
  ["eight in the morning, sharp", "2026-11-24T07:00:00Z", "2026-11-24T07:00:00Z"],
  ["just before", "2026-11-24T06:59:59.999Z", "2026-11-24T07:00:00Z"],
  ["ten in the evening", "2026-11-24T21:00:00Z", "2026-11-25T07:00:00Z"],
  ["in summer the day begins two hours before UTC", "2026-07-01T05:30:00Z", "2026-07-01T06:00:00Z"],
  ["a Saturday night", "2026-11-28T22:30:00Z", "2026-11-30T07:00:00Z"],
  ["Saint Stephen's before a Sunday", "2026-12-24T23:00:00Z", "2026-12-28T07:00:00Z"],
  ["Good Friday of 2027", "2027-03-26T10:00:00Z", "2027-03-27T07:00:00Z"],
  ["Easter Sunday and Monday, when clocks change", "2027-03-28T10:00:00Z", "2027-03-30T06:00:00Z"],
  ["the eleventh of September", "2026-09-10T21:00:00Z", "2026-09-12T06:00:00Z"],
])("%s", (_what, at, expected) => {
  expect(afterQuietHours(new Date(at)).toISOString()).toBe(new Date(expected).toISOString());
});
