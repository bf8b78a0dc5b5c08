import type { Writable } from "node:stream";
import { inspect } from "node:util";
import { createLogger as createWinston, format as formats, transports } from "winston";
import type { Clock } from "../domain/clock.ts";
import { UUID } from "../domain/ids.ts";
import { maskQuoted, maskText, neutralise } from "./masking.ts";

type LogLevel = "error" | "warn" | "info" | "debug";

/**
 * What a line may say beside its message. There is no field for a telephone number, a name or the text
 * of a message, and none is to be added.
 */
interface LogFields {
  /** The same in every line of one call, and in the fault that the caller gets. */
  readonly correlationId?: string | undefined;
  readonly messageId?: string | undefined;
  readonly batchId?: string | undefined;
  readonly entityId?: string | undefined;
  readonly userId?: string | undefined;
  readonly operation?: string | undefined;
  readonly step?: string | undefined;
  readonly operator?: string | undefined;
  readonly link?: string | undefined;
  readonly code?: string | undefined;
  readonly commandStatus?: number | undefined;
  readonly attempts?: number | undefined;
  readonly count?: number | undefined;
  readonly milliseconds?: number | undefined;
  /** Where the service listens or what it reads; never a caller's address. */
  readonly place?: string | undefined;
  /** Why something did not go on; values that it quotes are masked. */
  readonly cause?: string | undefined;
  readonly error?: unknown;
}

export interface Logger {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  /** The same logger with fields that all its lines carry. */
  with(fields: LogFields): Logger;
}

interface LoggerOptions {
  /** The least weighty lines that are written: error, warn, info or debug. */
  readonly level: string;
  readonly format: "json" | "text";
  readonly clock: Clock;
  readonly stream: Writable;
}

type Plain = Record<string, string | number | PlainError>;
interface PlainError {
  readonly message: string;
  readonly frames: readonly string[];
}

const DEEPEST_CAUSE = 3;

/** One line for each event; whatever comes from outside is masked and cannot break the line. */
export function createLogger({ level, format, clock, stream }: LoggerOptions): Logger {
  const write = format === "json" ? jsonLine : textLine;
  const winston = createWinston({
    level,
    format: formats.printf(({ level, message, fields }) =>
      write(clock.now().toISOString(), level, safe(String(message)), plain(fields as LogFields)),
    ),
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- winston declares the classes of its transports as interfaces
    transports: [new transports.Stream({ stream })],
  });
  const build = (inherited: LogFields): Logger => {
    const at =
      (level: LogLevel) =>
      (message: string, fields?: LogFields): void => {
        winston.log({ level, message, fields: { ...inherited, ...fields } });
      };
    return {
      error: at("error"),
      warn: at("warn"),
      info: at("info"),
      debug: at("debug"),
      with: (fields) => build({ ...inherited, ...fields }),
    };
  };
  return build({});
}

function jsonLine(at: string, level: string, message: string, fields: Plain): string {
  return JSON.stringify({ at, level, message, ...fields });
}

function textLine(at: string, level: string, message: string, fields: Plain): string {
  const { error, ...rest } = fields;
  const pairs = Object.entries(rest).map(([name, value]) => `  ${name}=${bare(value)}`);
  const line = `${at} ${level.padEnd(5)} ${message}${pairs.join("")}`;
  if (typeof error !== "object") return line;
  return [`${line}  error=${JSON.stringify(error.message)}`, ...error.frames].join("\n    | ");
}

function bare(value: Plain[string]): string {
  const text = typeof value === "object" ? value.message : String(value);
  return /^[\w.:/+-]+$/.test(text) ? text : JSON.stringify(text);
}

function plain(fields: LogFields): Plain {
  const result: Plain = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    if (name === "error") result[name] = plainError(value);
    else if (name === "cause") result[name] = safe(maskQuoted(String(value)));
    else result[name] = typeof value === "number" ? value : safe(String(value));
  }
  return result;
}

/**
 * An error in words that may be logged: what its class and its database code say, its message without
 * the values that it quotes, its causes, and where it was thrown.
 */
function plainError(error: unknown): PlainError {
  const messages: string[] = [];
  for (let cause = error; cause !== undefined && messages.length < DEEPEST_CAUSE;) {
    messages.push(describe(cause));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const frames = stack.split("\n").filter((line) => /^ {4}at /.test(line));
  return { message: messages.join(" ← "), frames: frames.map((line) => safe(line.trim())) };
}

function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return safe(maskQuoted(inspect(cause, { breakLength: Infinity })));
  const code = "code" in cause && typeof cause.code === "string" ? ` ${cause.code}` : "";
  return safe(`${cause.name}${code}: ${maskQuoted(cause.message)}`);
}

const WORDS = /^[A-Za-z _.:-]*$/;

function safe(text: string): string {
  // Most fields: nothing in them can be masked or escaped.
  if (WORDS.test(text) || UUID.test(text)) return text;
  return neutralise(maskText(text));
}
