import { MESSAGE_STATE_WORDS, type Dialect, type NumberKind } from "./dialect.ts";
import type { SmppSettings } from "./gateway.ts";

type SessionMember =
  | "systemType"
  | "addressRange"
  | "addressTon"
  | "addressNpi"
  | "binds"
  | "window"
  | "ratePerSecond";

/** What an operator's SMPP specification sheet says, beyond address and credentials. */
export type OperatorSheet = Pick<SmppSettings, SessionMember | "dialect">;

type Check = readonly [allowed: string, fits: (value: unknown) => boolean];

const octet: Check = ["a number from 0 to 255", (value) => isWhole(value, 0, 255)];
const text = (longest: number): Check => [
  `text of at most ${longest} characters`,
  (value) => typeof value === "string" && value.length <= longest,
];
const oneOf = (...values: readonly string[]): Check => [
  `one of ${values.join(", ")}`,
  (value) => typeof value === "string" && values.includes(value),
];
const flag: Check = ["true or false", (value) => typeof value === "boolean"];
const numberKind: Check = [
  '{"ton": …, "npi": …}',
  (value) => {
    const kind = value as Partial<NumberKind> | null;
    return isWhole(kind?.ton, 0, 255) && isWhole(kind?.npi, 0, 255);
  },
];
const positive: Check = ["a whole number above 0", (value) => isWhole(value, 1, 1_000_000)];

const SESSION: Readonly<Record<SessionMember, Check>> = {
  systemType: text(12),
  addressRange: text(40),
  addressTon: octet,
  addressNpi: octet,
  binds: [
    "a list of transceiver, transmitter, receiver",
    (value) =>
      Array.isArray(value) &&
      value.length > 0 &&
      value.every((each) => /^(transceiver|transmitter|receiver)$/.test(String(each))) &&
      value.some((each) => each !== "receiver"),
  ],
  window: positive,
  ratePerSecond: positive,
};

const DIALECT: Readonly<Record<keyof Dialect, Check>> = {
  concatenation: oneOf("udh", "udh16", "sar", "payload"),
  defaultAlphabet: oneOf("gsm", "latin1"),
  idConvention: oneOf("raw", "resp-hex", "dlr-hex"),
  receiptedMessageId: oneOf("response", "receipt"),
  extraStates: [
    `words in capitals, each with one of ${MESSAGE_STATE_WORDS.join(", ")}`,
    (value) =>
      isObject(value) &&
      Object.entries(value).every(
        ([word, state]) =>
          word === word.toUpperCase() && MESSAGE_STATE_WORDS.some((each) => each === state),
      ),
  ],
  receiptAddresses: oneOf("swapped", "asSubmitted"),
  intermediateReceipts: flag,
  destinationForm: oneOf("digits", "plus"),
  destination: numberKind,
  numericSender: numberKind,
  aliasSender: numberKind,
  serviceType: text(5),
  protocolId: octet,
  priorityFlag: octet,
  longestValidity: positive,
};

/** Reads a sheet written in JSON; the faults are sentences for the person who wrote it. */
export function readOperatorSheet(json: string): {
  readonly sheet: OperatorSheet;
  readonly faults: readonly string[];
} {
  const written = parse(json);
  if (!isObject(written)) return { sheet: {}, faults: ["it is not a JSON object"] };
  const faults: string[] = [];
  const session: Record<string, unknown> = {};
  const dialect: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(written)) {
    const inDialect = Object.hasOwn(DIALECT, name);
    const known = inDialect || Object.hasOwn(SESSION, name);
    const check = inDialect ? DIALECT[name as keyof Dialect] : SESSION[name as SessionMember];
    if (!known) faults.push(`${name} is not known`);
    else if (!check[1](value)) faults.push(`${name} must be ${check[0]}`);
    else (inDialect ? dialect : session)[name] = value;
  }
  return { sheet: { ...session, dialect }, faults };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
}
