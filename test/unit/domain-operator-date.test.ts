import { readOperatorDate } from "../../src/domain/operator-date.ts";

const AROUND = {
  after: new Date("2026-10-20T10:00:00Z"),
  before: new Date("2026-10-30T10:00:00Z"),
};

function read(text: string, zone = "UTC"): string[] | undefined {
  const found = readOperatorDate(text, zone, AROUND);
  return found && [found.earliest.toISOString(), found.latest.toISOString()];
}

test.each<[string, string, string, string, string]>([
  ["to the minute", "2610231005", "UTC", "2026-10-23T10:05:00.000Z", "2026-10-23T10:05:59.999Z"],
  ["to the second", "261023100507", "UTC", "2026-10-23T10:05:07.000Z", "2026-10-23T10:05:07.999Z"],
  [
    "with its century, to the minute",
    "202610231005",
    "UTC",
    "2026-10-23T10:05:00.000Z",
    "2026-10-23T10:05:59.999Z",
  ],
  [
    "with its century, to the second",
    "20261023100507",
    "UTC",
    "2026-10-23T10:05:07.000Z",
    "2026-10-23T10:05:07.999Z",
  ],
  [
    "in summer time",
    "2610231005",
    "Europe/Madrid",
    "2026-10-23T08:05:00.000Z",
    "2026-10-23T08:05:59.999Z",
  ],
  [
    "in winter time",
    "2610261005",
    "Europe/Madrid",
    "2026-10-26T09:05:00.000Z",
    "2026-10-26T09:05:59.999Z",
  ],
  [
    "in the hour that comes twice",
    "2610250230",
    "Europe/Madrid",
    "2026-10-25T00:30:00.000Z",
    "2026-10-25T01:30:59.999Z",
  ],
  [
    "as absolute time of SMPP, with its own zone",
    "261023100507008+",
    "Europe/Madrid",
    "2026-10-23T08:05:07.000Z",
    "2026-10-23T08:05:07.999Z",
  ],
])("a date %s", (_what, text, zone, earliest, latest) => {
  expect(read(text, zone)).toEqual([earliest, latest]);
});

test.each([
  ["nothing", ""],
  ["words", "ahir"],
  ["a day that is not", "2602301005"],
  ["an hour that is not", "2610232405"],
  ["zeros", "0000000000"],
  ["too few digits", "26102310"],
  ["another year", "2510231005"],
])("%s is no date", (_what, text) => {
  expect(read(text)).toBeUndefined();
});

test("an hour that clocks leave out is no date", () => {
  const around = {
    after: new Date("2026-03-28T00:00:00Z"),
    before: new Date("2026-03-30T00:00:00Z"),
  };
  expect(readOperatorDate("2603290230", "Europe/Madrid", around)).toBeUndefined();
  expect(readOperatorDate("2603290330", "Europe/Madrid", around)?.earliest.toISOString()).toBe(
    "2026-03-29T01:30:00.000Z",
  );
});

test("twelve digits that are near in neither of their readings are no date", () => {
  expect(read("202010231005")).toBeUndefined();
});
