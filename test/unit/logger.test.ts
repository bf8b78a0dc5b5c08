import { Writable } from "node:stream";
import fc from "fast-check";
import { createLogger, type Logger } from "../../src/telemetry/logger.ts";
import { maskQuoted, maskText } from "../../src/telemetry/masking.ts";

const clock = { now: () => new Date("2026-11-02T09:30:00.000Z") };
const start = "2026-11-02T09:30:00.000Z";

function logTo(format: "json" | "text"): { logger: Logger; written: () => string } {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString());
      done();
    },
  });
  const logger = createLogger({ level: "info", format, clock, stream });
  return { logger, written: () => chunks.join("") };
}

test("a JSON line has the instant of the clock, level, message and fields", () => {
  const { logger, written } = logTo("json");
  logger.with({ correlationId: "c-1" }).info("accepted", { step: "relay", count: 3 });
  logger.debug("not asked for");
  expect(written()).toBe(
    `{"at":"${start}","level":"info","message":"accepted","correlationId":"c-1","step":"relay","count":3}\n`,
  );
});

test("a text line is for people", () => {
  const { logger, written } = logTo("text");
  logger.warn("the link is down", {
    link: "main",
    place: "127.0.0.1:2775",
    operator: "Un operador",
  });
  expect(written()).toBe(
    `${start} warn  the link is down  link=main  place=127.0.0.1:2775  operator="Un operador"\n`,
  );
});

test.each(["json", "text"] as const)("outside text cannot forge a %s line", (format) => {
  const { logger, written } = logTo(format);
  const evil = `x\n${start} error forged\r\u2028\u001b[2J\u202e\u0085 \ud800`;
  logger.info(evil, { operation: evil, error: new Error(evil) });
  const lines = written().trimEnd().split("\n");
  expect(lines.slice(1).every((line) => line.startsWith("    | at "))).toBe(true);
  expect(written()).not.toMatch(/[\r\u2028\u001b\u202e\u0085\ud800]/);
});

test("an error tells its class, its database code and its causes, not the values", () => {
  const { logger, written } = logTo("json");
  const cause = Object.assign(new Error('invalid input syntax for type uuid: "Maria Puig"'), {
    name: "DatabaseError",
    code: "22P02",
    detail: "Key (client_reference)=(Maria) already exists.",
  });
  logger.error("a step failed", {
    error: new Error("cannot read \"Bon dia\" of 'work_due'", { cause }),
  });
  const { error } = JSON.parse(written()) as { error: { message: string; frames: string[] } };
  expect(error.message).toBe(
    `Error: cannot read "…" of 'work_due' ← DatabaseError 22P02: invalid input syntax for type uuid: "…"`,
  );
  expect(error.frames[0]).toMatch(/^at .*logger\.test\.ts/);
  expect(written()).not.toMatch(/Maria|Bon dia/);
});

test.each([
  ["+34600123456", "[number]"],
  ["0034 600 12 34 56", "[number]"],
  ["(+34) 600-123-456", "[number]"],
  ["to=34600123456;", "to=[number];"],
  ["msisdn34600123456x", "msisdn[number]x"],
  ["٠٦٠٠١٢٣٤٥٦", "[number]"],
  ["34.600.123.456", "[number]"],
  ["0034.600.12.34.56", "[number]"],
  ["+93.123.45.67", "[number]"],
  ["600/123/456 or 600,123,456", "[number] or [number]"],
  ["600_123_456 or 600--123--456", "[number] or [number]"],
  ["600  12 – 34\u201156", "[number]"],
  ["600\u200b123\u00ad456", "[number]"],
  ["6\ufe0f\u20e30\ufe0f\u20e30\ufe0f\u20e3123456", "[number]"],
  ["maria.puig@exemple.cat", "[address]"],
  ["12345678Z", "[identity]"],
  ["X1234567L", "[identity]"],
  ["port 5432, pid 12345", "port 5432, pid 12345"],
  ["2026-11-02T09:30:00.000Z", "2026-11-02T09:30:00.000Z"],
  ["2026-11-02 09:30:00.000+01", "2026-11-02 09:30:00.000+01"],
  ["logger.test.ts:112:15, 2 of 34", "logger.test.ts:112:15, 2 of 34"],
  ["018f2d4e-1234-7123-8123-123456789012", "018f2d4e-1234-7123-8123-123456789012"],
  [
    "commandStatus 0x00000058 from 192.168.100.200",
    "commandStatus 0x00000058 from 192.168.100.200",
  ],
  ["+34*******56", "+34*******56"],
])("%s is written %s", (text, masked) => {
  expect(maskText(text)).toBe(masked);
});

test("no mobile number gets through, however it is written and wherever it stands", () => {
  const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 9, maxLength: 15 });
  const separator = fc.constantFrom("", " ", "-", ".", ",", "/", "_", "--", "\u00a0", "\u200b");
  fc.assert(
    fc.property(digits, separator, fc.string(), fc.string(), (number, between, before, after) => {
      const { logger, written } = logTo("text");
      logger.info(`${before} ${number.join(between)} ${after}`, {
        error: new Error(number.join("")),
      });
      expect(written()).not.toContain(number.join(""));
      expect(written()).not.toContain(number.join(between));
    }),
  );
});

test("what is cut off hides nothing of what it leaves: an open quotation is masked to its end", () => {
  const masked = maskQuoted(`cannot read "${"Maria Puig ".repeat(1_000)}"`);
  expect(masked).toBe('cannot read "…"');
  expect(maskQuoted("the operator's link")).toBe("the operator's link");
});

test.each([
  ["opening quotation marks", "“"],
  ["letters", "a"],
  ["parentheses", "("],
  ["digits apart", "1-("],
])("a line of 100 000 %s costs next to nothing", (_what, filler) => {
  const { logger, written } = logTo("json");
  const before = process.cpuUsage();
  const long = `1${filler.repeat(100_000)}`;
  logger.info(long, { cause: long, error: new Error(long) });
  const { user, system } = process.cpuUsage(before);
  expect(user + system).toBeLessThan(1_000_000);
  expect(written().length).toBeLessThan(20_000);
});
