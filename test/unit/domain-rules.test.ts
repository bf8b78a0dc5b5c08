import { addDuration, parseDuration } from "../../src/domain/clock.ts";
import { assertContent } from "../../src/domain/content.ts";
import { newCsv, parseCsv, uuidv7, UUID } from "../../src/domain/ids.ts";
import { maskMsisdn, parseMsisdn } from "../../src/domain/msisdn.ts";
import { retainUntil } from "../../src/domain/retention.ts";
import { systemRandom } from "../../src/system.ts";
import { parseSettings, SettingsError } from "../../src/settings.ts";

describe("durations", () => {
  test.each([
    ["PT120H", 0, 432_000_000],
    ["P5Y", 60, 0],
    ["P1DT2H3M4.5S", 0, 93_784_500],
    ["P1Y2M", 14, 0],
    ["P2W", 0, 1_209_600_000],
  ])("%s is read", (text, months, milliseconds) => {
    expect(parseDuration(text)).toEqual({ months, milliseconds });
  });

  test.each(["", "P", "PT", "5 days", "120H", "P-1D", "PT1H ", "P1H"])("%p is refused", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  test("120 hours are 120 hours also when the clocks change", () => {
    const from = new Date("2026-10-22T10:00:00Z");
    expect(addDuration(from, { months: 0, milliseconds: 432_000_000 }).toISOString()).toBe(
      "2026-10-27T10:00:00.000Z",
    );
  });

  test("five years from a leap day end on the last of February", () => {
    const until = retainUntil(new Date("2028-02-29T12:00:00Z"), { months: 60, milliseconds: 0 });
    expect(until.toISOString()).toBe("2033-02-28T12:00:00.000Z");
  });
});

describe("numbers", () => {
  test.each([
    ["+34600100000", "+34600100000"],
    ["0034600100000", "+34600100000"],
    ["+34 600 10 00 00", "+34600100000"],
    ["+376 312 345", "+376312345"],
  ])("%s is a mobile", (typed, msisdn) => {
    expect(parseMsisdn(typed)).toBe(msisdn);
  });

  test.each([
    "600100000",
    "+34931234567",
    "+376 812 345",
    "+999123456789",
    "",
    "+34600",
    "+346001000001",
  ])("%p is refused", (typed) => {
    expect(() => parseMsisdn(typed)).toThrow("InvalidRecipient");
  });

  test("a log line shows the country and two digits", () => {
    expect(maskMsisdn("+34600100042")).toBe("+34*******42");
  });
});

describe("texts", () => {
  test.each([
    "Notificació d'avui: ç, l·l, «€»",
    "😀 família 👨‍👩‍👧",
    "línia\nsegona\tcolumna",
    "x".repeat(1530),
    "😀".repeat(1530),
  ])("%p is taken as it is", (text) => {
    expect(() => assertContent(text)).not.toThrow();
  });

  test.each([
    ["", "InvalidContent"],
    ["mig \ud83d caràcter", "InvalidContent"],
    ["nul \u0000", "InvalidContent"],
    ["\u001b[31m", "InvalidContent"],
    ["\ufffe", "InvalidContent"],
    ["x".repeat(1531), "ContentTooLong"],
  ])("%p is refused", (text, code) => {
    expect(() => assertContent(text)).toThrow(code);
  });
});

describe("ids", () => {
  test("UUIDv7 sorts by time and is well formed", () => {
    const early = uuidv7(new Date("2026-11-24T10:00:00.000Z"), systemRandom);
    const late = uuidv7(new Date("2026-11-24T10:00:00.001Z"), systemRandom);
    expect(early < late).toBe(true);
    expect(early).toMatch(UUID);
    expect(early[14]).toBe("7");
  });

  test("codes of one hour are neighbours, and differ", () => {
    const from = new Date("2026-11-24T10:00:00Z");
    const codes = Array.from({ length: 1_000 }, () => newCsv(from, systemRandom));
    const later = newCsv(new Date("2026-11-24T12:00:00Z"), systemRandom);
    expect(new Set(codes).size).toBe(1_000);
    expect(new Set(codes.map((code) => code.slice(0, 4))).size).toBe(1);
    expect(codes.every((code) => code < later)).toBe(true);
    expect(newCsv(new Date("2105-12-31T23:00:00Z"), systemRandom) > later).toBe(true);
  });

  test("a code is read back as people type it", () => {
    const csv = newCsv(new Date("2026-11-24T10:00:00Z"), systemRandom);
    expect(csv).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(parseCsv(csv.toLowerCase().replaceAll("-", " "))).toBe(csv);
    expect(parseCsv(csv.replaceAll("0", "O").replaceAll("1", "l"))).toBe(csv);
    expect(parseCsv("U".repeat(24))).toBeUndefined();
    expect(parseCsv(csv.slice(1))).toBeUndefined();
  });
});

describe("settings", () => {
  test("need nothing outside production", () => {
    expect(parseSettings({}).port).toBe(8080);
  });

  test("tell every fault at once", () => {
    const broken = () =>
      parseSettings({
        ENVIRONMENT: "production",
        PORT: "99999",
        RETENTION: "P4Y",
        RECEIPT_DEADLINE: "five days",
        SECRETS_KEY: "short",
        DATABASE_URL: "mysql://x",
      });
    expect(broken).toThrow(SettingsError);
    try {
      broken();
    } catch (error) {
      const { faults } = error as SettingsError;
      for (const name of [
        "PORT",
        "RETENTION",
        "RECEIPT_DEADLINE",
        "SECRETS_KEY",
        "DATABASE_URL",
        "PUBLIC_URL",
        "SMPP_HOST",
        "ISSUER_NIF",
        "TSA_URLS",
      ]) {
        expect(faults.join("\n")).toContain(name);
      }
    }
  });
});
