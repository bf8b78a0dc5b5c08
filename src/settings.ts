import { readFileSync } from "node:fs";
import { addDuration, parseDuration, type Duration } from "./domain/clock.ts";
import { MINIMUM_RETENTION } from "./domain/retention.ts";
import type { KannelSettings } from "./smpp/kannel/gateway.ts";
import type { TlsSettings } from "./smpp/link/link.ts";
import { readOperatorSheet, type OperatorSheet } from "./smpp/operator-sheet.ts";

/** Everything that can be set, read once at start. README.md has the table. */
export interface Settings {
  /** Outside production certificates are marked as tests and a test seal is made when none is set. */
  readonly production: boolean;
  readonly host: string;
  readonly port: number;
  /** Address of the service as callers see it, without a trailing slash. */
  readonly publicUrl: string | undefined;
  readonly dataDirectory: string;
  /** Undefined: the embedded database in the data directory. */
  readonly database: { readonly url: string; readonly ownerUrl: string | undefined } | undefined;
  readonly receiptDeadline: Duration;
  readonly receiptGrace: Duration;
  readonly retention: Duration;
  readonly issuer: { readonly name: string; readonly nif: string };
  /** Encrypts the secrets of users who may use PasswordDigest; undefined: kept in the data directory. */
  readonly secretsKey: Buffer | undefined;
  readonly smpp: {
    readonly operator: string;
    readonly host: string;
    readonly port: number;
    readonly systemId: string;
    readonly password: string;
    readonly tls: TlsSettings | undefined;
    /** What the operator's specification sheet says beyond that. */
    readonly sheet: OperatorSheet;
  };
  /** Present: messages leave through a Kannel gateway instead of SMPP. */
  readonly kannel:
    | (Pick<KannelSettings, "sendUrl" | "username" | "password" | "callback"> & {
        readonly callbackUrl: string | undefined;
      })
    | undefined;
  readonly seal:
    | {
        readonly keyPath: string;
        /** Of a PKCS#12 file. */
        readonly keyPassword: string | undefined;
        readonly chainPath: string;
        /** Roots, and issuers that the chains lack: what is trusted. */
        readonly anchorsPath: string;
        readonly tsaUrls: readonly string[];
      }
    | undefined;
  readonly log: {
    readonly level: "error" | "warn" | "info" | "debug";
    readonly format: "json" | "text";
  };
}

/** Nothing starts with settings that are not understood. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The settings have ${faults.length} fault(s):\n- ${faults.join("\n- ")}`);
    this.faults = faults;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment of the process. A variable NAME_FILE names a file that holds the value. */
export function readEnvironment(): Environment {
  return process.env;
}

/**
 * Reads and checks the settings.
 *
 * @throws SettingsError with every fault at once
 */
export function parseSettings(environment: Environment): Settings {
  const faults: string[] = [];
  /** Notes a fault and goes on with a stand-in, so that all faults are told at once. */
  function fault<T>(message: string, standIn: T): T {
    faults.push(message);
    return standIn;
  }
  function text(name: string): string | undefined {
    const file = environment[`${name}_FILE`];
    if (file !== undefined && file !== "") {
      try {
        return readFileSync(file, "utf8").trim();
      } catch {
        return fault<string | undefined>(`${name}_FILE: the file cannot be read`, undefined);
      }
    }
    const value = environment[name]?.trim();
    return value === "" ? undefined : value;
  }
  function inProduction(name: string, why: string, fallback: string): string {
    return text(name) ?? (production ? fault(`${name} is needed: ${why}`, "") : fallback);
  }
  function port(name: string, fallback: number): number {
    const value = Number(text(name) ?? fallback);
    const valid = Number.isInteger(value) && value >= 0 && value <= 65_535;
    return valid ? value : fault(`${name} must be a port, 0 to 65535`, fallback);
  }
  function duration(name: string, fallback: string): Duration {
    return (
      parseDuration(text(name) ?? fallback) ??
      fault(`${name} must be an ISO 8601 duration such as ${fallback}`, MINIMUM_RETENTION)
    );
  }
  function url(name: string, protocols: readonly string[]): string | undefined {
    const value = text(name);
    if (value === undefined) return undefined;
    if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) {
      return value.replace(/\/+$/, "");
    }
    return fault<string | undefined>(
      `${name} must be an address that begins with ${protocols[0] ?? ""}//`,
      undefined,
    );
  }
  function oneOf<T extends string>(name: string, values: readonly T[], fallback: T): T {
    const value = text(name) ?? fallback;
    const allowed = values.find((candidate) => candidate === value);
    return allowed ?? fault(`${name} must be one of ${values.join(", ")}`, fallback);
  }

  function operatorSheet(name: string): OperatorSheet {
    const { sheet, faults: inSheet } = readOperatorSheet(text(name) ?? "{}");
    for (const each of inSheet) faults.push(`${name}: ${each}`);
    return sheet;
  }
  /** Of the SMPP link, which is not used when there is a Kannel. */
  function forSmpp(name: string, why: string, fallback: string): string {
    return kannelUrl === undefined ? inProduction(name, why, fallback) : (text(name) ?? fallback);
  }

  const production = oneOf("ENVIRONMENT", ["test", "production"], "test") === "production";
  const kannelUrl = url("KANNEL_SEND_URL", ["http:"]);
  const databaseUrl = url("DATABASE_URL", ["postgres:", "postgresql:"]);
  const ownerUrl = url("DATABASE_OWNER_URL", ["postgres:", "postgresql:"]);
  const retention = duration("RETENTION", "P5Y");
  if (isShorterThanMinimum(retention)) faults.push("RETENTION must be five years (P5Y) or more");
  const keyText = text("SECRETS_KEY");
  const secretsKey = keyText === undefined ? undefined : Buffer.from(keyText, "base64");
  if (secretsKey && secretsKey.length !== 32) {
    faults.push("SECRETS_KEY must be 32 bytes in base64 (openssl rand -base64 32)");
  }
  const keyPath = text("SEAL_KEY_PATH");
  const keyPassword = text("SEAL_KEY_PASSWORD");
  const chainPath = text("SEAL_CHAIN_PATH");
  const anchorsPath = text("SEAL_ANCHORS_PATH");
  const tsaUrls = (text("TSA_URLS") ?? "").split(/[\s,]+/).filter((address) => address !== "");
  const sealParts = [keyPath, chainPath, anchorsPath, tsaUrls[0]].filter(
    (part) => part !== undefined,
  ).length;
  if (sealParts !== 0 && sealParts !== 4) {
    faults.push("SEAL_KEY_PATH, SEAL_CHAIN_PATH, SEAL_ANCHORS_PATH and TSA_URLS belong together");
  }
  if (production) {
    if (databaseUrl === undefined) faults.push("DATABASE_URL is needed in production");
    if (secretsKey === undefined) faults.push("SECRETS_KEY is needed in production");
    if (sealParts === 0) {
      faults.push(
        "SEAL_KEY_PATH, SEAL_CHAIN_PATH, SEAL_ANCHORS_PATH and TSA_URLS are needed in production",
      );
    }
    if (text("PUBLIC_URL") === undefined) faults.push("PUBLIC_URL is needed in production");
  }
  const settings: Settings = {
    production,
    host: text("HOST") ?? "127.0.0.1",
    port: port("PORT", 8080),
    publicUrl: url("PUBLIC_URL", ["http:", "https:"]),
    dataDirectory: text("DATA_DIRECTORY") ?? "data",
    database: databaseUrl === undefined ? undefined : { url: databaseUrl, ownerUrl },
    receiptDeadline: duration("RECEIPT_DEADLINE", "PT120H"),
    receiptGrace: duration("RECEIPT_GRACE", "PT10M"),
    retention,
    issuer: {
      name: inProduction("ISSUER_NAME", "it is printed on certificates", "Emissor de prova"),
      nif: inProduction("ISSUER_NIF", "it is printed on certificates", "Q0000000J"),
    },
    secretsKey,
    smpp: {
      operator: inProduction("SMPP_OPERATOR", "it is printed on certificates", "Operador simulat"),
      host: forSmpp("SMPP_HOST", "the operator's SMSC", "127.0.0.1"),
      port: port("SMPP_PORT", 2775),
      systemId: forSmpp("SMPP_SYSTEM_ID", "the operator gives it", "sms-certificat"),
      password: forSmpp("SMPP_PASSWORD", "the operator gives it", "password"),
      tls:
        oneOf("SMPP_TLS", ["on", "off"], "off") === "on"
          ? { ca: text("SMPP_TLS_CA"), serverName: text("SMPP_TLS_NAME") }
          : undefined,
      sheet: operatorSheet("SMPP_SHEET"),
    },
    kannel:
      kannelUrl === undefined
        ? undefined
        : {
            sendUrl: kannelUrl,
            username: inProduction("KANNEL_USERNAME", "as in its sendsms-user", "tester"),
            password: inProduction("KANNEL_PASSWORD", "as in its sendsms-user", "foobar"),
            callback: {
              host: text("KANNEL_CALLBACK_HOST") ?? "127.0.0.1",
              port: port("KANNEL_CALLBACK_PORT", 8090),
            },
            callbackUrl: url("KANNEL_CALLBACK_URL", ["http:", "https:"]),
          },
    seal:
      keyPath !== undefined &&
      chainPath !== undefined &&
      anchorsPath !== undefined &&
      sealParts === 4
        ? { keyPath, keyPassword, chainPath, anchorsPath, tsaUrls }
        : undefined,
    log: {
      level: oneOf("LOG_LEVEL", ["error", "warn", "info", "debug"], "info"),
      format: oneOf("LOG_FORMAT", ["json", "text"], production ? "json" : "text"),
    },
  };
  if (faults.length > 0) throw new SettingsError(faults);
  return settings;
}

function isShorterThanMinimum(retention: Duration): boolean {
  const reference = new Date(0);
  return addDuration(reference, retention) < addDuration(reference, MINIMUM_RETENTION);
}
